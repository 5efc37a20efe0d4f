import type { Framing } from '../../backends/backend.ts'
import type { Framer } from './framer.ts'
import { JsonFramer } from './json.ts'
import { NdjsonFramer } from './ndjson.ts'
import { NulJsonFramer } from './nul-json.ts'
import { SseFramer } from './sse.ts'

export const framers = {
  sse: () => new SseFramer(),
  ndjson: () => new NdjsonFramer(),
  'nul-json': () => new NulJsonFramer(),
  json: () => new JsonFramer(),
} as const satisfies Record<Framing, () => Framer>
