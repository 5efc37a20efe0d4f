import type { RealServer } from './real-server.ts'
import { llamaServer } from './servers/llama-server.ts'

/** Every real server that `npm run test:real` visits, in this order: the cheap ones first. */
export const realServers = {
  'llama-server': llamaServer,
} as const satisfies Record<string, RealServer>
