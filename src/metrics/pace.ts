import { tokenChunkRows } from '../recording/request-times.ts'
import type { Measured } from './measured.ts'

/** A request's tokens after its first chunk, and the time that they took. */
export interface Pace {
  readonly tokens: number
  readonly ns: number
}

/** Null where it is undefined: no token after the first chunk, all in one read, or tokens not counted. */
export function paceOf({ recording, tokens }: Measured, row: number): Pace | null {
  const { chunks } = recording
  const rows = tokenChunkRows(recording, row)
  const [first, last] = [rows[0], rows.at(-1)]
  const output = tokens.output.counts[row]
  if (first === undefined || last === undefined || output == null) return null
  if (chunks.read[first] === chunks.read[last]) return null
  const inFirst = chunks.tokens[first] ?? -1
  const after = output - (inFirst < 0 ? 1 : inFirst)
  return after > 0 ? { tokens: after, ns: (chunks.time[last] ?? 0) - (chunks.time[first] ?? 0) } : null
}
