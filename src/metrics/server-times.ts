import { answeredAt } from '../recording/request-times.ts'
import type { Measured } from './measured.ts'
import { readTimings } from './server-timings.ts'
import { mean, quantile } from './statistics.ts'

/** One of the client's latencies beside the server's own, both as means over the same requests, warm-up included. Seconds. */
export interface ServerTime {
  readonly source: string
  readonly covers: 'whole' | 'work'
  readonly requests: number
  readonly ours: number
  readonly theirs: number
}

export type ServerTimeFound = { readonly time: ServerTime } | { readonly time: null; readonly why: string }

/**
 * From the timings that came with the answers, else from the sums and counts of the server's counters. Counters compare
 * only where they are of as many requests as the client saw.
 */
export function serverTime(measured: Measured, what: 'ttft' | 'e2e'): ServerTimeFound {
  const { told, source, covers } = fromTimings(measured, what)
  const [ours, theirs] = [mean(told.map((each) => each.ours)), mean(told.map((each) => each.theirs))]
  if (ours !== null && theirs !== null) return { time: { source, covers, requests: told.length, ours, theirs } }
  return fromCounters(measured, what)
}

/** Handshakes of connections take a round trip each; their median in seconds. Null: none was opened. */
export function roundTrip({ recording: { requests } }: Measured): number | null {
  const connects = requests.connect.flatMap((ns) => ns ?? []).sort((a, b) => a - b)
  const ns = quantile(connects, 0.5)
  return ns === null ? null : ns / 1e9
}

function fromTimings({ recording: { requests } }: Measured, what: 'ttft' | 'e2e') {
  const told: { readonly ours: number; readonly theirs: number }[] = []
  let source = ''
  let covers: ServerTime['covers'] = 'work'
  for (let row = 0; row < requests.length; row++) {
    const text = requests.serverTimings[row]
    if (requests.outcome[row] !== 'ok' || text == null) continue
    const timings = readTimings(text)
    const ours = latencyOf(requests, row, what)
    const theirs = timings?.[what] ?? null
    if (timings === null || ours === null || theirs === null) continue
    ;({ source, covers } = timings)
    told.push({ ours, theirs })
  }
  return { told, source, covers }
}

function fromCounters(
  { recording: { requests }, facts: { counters, stream } }: Measured,
  what: 'ttft' | 'e2e',
): ServerTimeFound {
  if (counters === null) return { time: null, why: 'the server tells no times of its own' }
  if (counters.source === null) return { time: null, why: counters.why }
  if (what === 'ttft' && !stream) return { time: null, why: 'the answers were not streamed' }
  const { [`${what}_sum_s` as const]: sum, [`${what}_count` as const]: count } = counters.counted
  if (sum === null || count === null) return { time: null, why: 'the server does not count these times' }
  const seen: number[] = []
  for (let row = 0; row < requests.length; row++) {
    if (what === 'e2e' && requests.outcome[row] !== 'ok') continue
    const seconds = latencyOf(requests, row, what)
    if (seconds !== null) seen.push(seconds)
  }
  const ours = mean(seen)
  if (ours === null || count !== seen.length) {
    return { time: null, why: `the server timed ${count} requests, the client ${seen.length}: they are not the same` }
  }
  return { time: { source: counters.source, covers: 'whole', requests: count, ours, theirs: sum / count } }
}

function latencyOf(requests: Measured['recording']['requests'], row: number, what: 'ttft' | 'e2e'): number | null {
  const sent = requests.writeStart[row] ?? null
  const end = what === 'ttft' ? (requests.firstToken[row] ?? null) : answeredAt(requests, row)
  return sent === null || end === null ? null : (end - sent) / 1e9
}
