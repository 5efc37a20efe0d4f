import { tokenChunkRows } from '../recording/request-times.ts'
import type { Measured, Window } from './measured.ts'

/**
 * Output tokens of ok requests that arrived in the window. A request's count is spread over its chunks as their own
 * counts say, evenly where those are unknown.
 */
export function outputTokensWithin({ recording, ok, tokens }: Measured, window: Window): number {
  const { chunks } = recording
  let total = 0
  for (const request of ok) {
    const rows = tokenChunkRows(recording, request)
    const counts = rows.map((row) => chunks.tokens[row] ?? -1)
    const known = counts.every((count) => count > 0)
    let all = 0
    let inside = 0
    for (const [index, row] of rows.entries()) {
      const weight = known ? (counts[index] ?? 0) : 1
      const time = chunks.time[row] ?? 0
      all += weight
      if (time > window.start && time <= window.end) inside += weight
    }
    if (all > 0) total += ((tokens.output.counts[request] ?? 0) * inside) / all
  }
  return total
}

/** Prompt tokens of ok requests whose first token arrived in the window. */
export function promptTokensWithin({ recording, ok, tokens }: Measured, window: Window): number {
  let total = 0
  for (const request of ok) {
    const time = recording.requests.firstToken[request]
    if (time != null && time > window.start && time <= window.end) total += tokens.prompt.counts[request] ?? 0
  }
  return total
}
