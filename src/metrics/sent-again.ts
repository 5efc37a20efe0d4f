import type { Measured } from './measured.ts'
import { sum } from './statistics.ts'

/** Measured requests that were sent more than once, and how often in all beyond the first time. */
export function sentAgain({ recording, rows }: Pick<Measured, 'recording' | 'rows'>): {
  requests: number
  sendings: number
} {
  const more = rows.map((row) => (recording.requests.attempts[row] ?? 1) - 1).filter((count) => count > 0)
  return { requests: more.length, sendings: sum(more) }
}
