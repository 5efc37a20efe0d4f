import { UserError } from '../../errors.ts'
import type { Backend } from '../backend.ts'

/** The parts of a backend that is declared but not written: each use ends with `line`, which says what to do instead. */
export function notYet(line: string) {
  const refuse = () => {
    throw new UserError(line, 2)
  }
  return {
    probe: async () => refuse(),
    request: refuse,
    wire: refuse,
    decoderModule: new URL('not-yet-decoder.ts', import.meta.url).href,
    success: { finishReasons: [], endMarkSuffices: false },
    unavailable: line,
  } satisfies Partial<Backend>
}
