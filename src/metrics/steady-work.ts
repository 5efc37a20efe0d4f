import { answeredAt, tokenChunkRows } from '../recording/request-times.ts'
import type { Measured, Window } from './measured.ts'
import { sum } from './statistics.ts'

/*
 * In a closed loop work is counted by the share of each request's time on the wire, from write start to its answer, that
 * lies in the window. Counting answers would lose up to a request a client: the window ends with an answer, and those of
 * the other clients may come right after it. In an open loop the window ends at a planned time, and what arrived in it
 * counts: a request that waits long would else lend the window work that was done after it.
 */

export function requestsWithin(measured: Measured, window: Window): number {
  if (measured.facts.clients !== null) return shared(measured, window, () => 1)
  const { requests } = measured.recording
  return measured.ok.filter((row) => isWithin(answeredAt(requests, row), window)).length
}

/** In an open loop a request's count is spread over its chunks as their own counts say, evenly where those are unknown. */
export function outputTokensWithin(measured: Measured, window: Window): number {
  const { recording, ok, tokens } = measured
  if (measured.facts.clients !== null) return shared(measured, window, (row) => tokens.output.counts[row] ?? 0)
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
      all += weight
      if (isWithin(chunks.time[row] ?? null, window)) inside += weight
    }
    if (all > 0) total += ((tokens.output.counts[request] ?? 0) * inside) / all
  }
  return total
}

/** In an open loop a prompt counts when its answer's first token arrives. */
export function promptTokensWithin(measured: Measured, window: Window): number {
  const { recording, ok, tokens } = measured
  if (measured.facts.clients !== null) return shared(measured, window, (row) => tokens.prompt.counts[row] ?? 0)
  const { firstToken } = recording.requests
  return sum(ok.map((row) => (isWithin(firstToken[row] ?? null, window) ? (tokens.prompt.counts[row] ?? 0) : 0)))
}

function shared({ recording, ok }: Measured, window: Window, work: (row: number) => number): number {
  let total = 0
  for (const row of ok) {
    const [sent, answered] = [recording.requests.writeStart[row] ?? null, answeredAt(recording.requests, row)]
    if (sent === null || answered === null) continue
    const inside = Math.min(answered, window.end) - Math.max(sent, window.start)
    if (inside > 0) total += (work(row) * inside) / (answered - sent)
  }
  return total
}

const isWithin = (time: number | null, { start, end }: Window) => time !== null && time > start && time <= end
