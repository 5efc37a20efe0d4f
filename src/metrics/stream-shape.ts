import type { Recording } from '../recording/recording.ts'
import { answeredAt, tokenChunkRows } from '../recording/request-times.ts'
import { gapsOf } from './gaps.ts'
import { meanConcurrency } from './concurrency.ts'
import type { Measured } from './measured.ts'
import { mean, median } from './statistics.ts'

/** What a point's streams were like, as far as it decides how exact a client can be. Durations in seconds. */
export interface ObservedShape {
  /** Streams at once: the clients of a closed loop, else those in flight on average. */
  readonly streams: number
  /** Median time to the first chunk, of whole answers without streaming. */
  readonly first: number
  /** Median gap between the chunks of a stream; null without any. */
  readonly gap: number | null
  /** Median of the token-carrying chunks of an answer. */
  readonly chunks: number
  readonly tokensPerChunk: number
  /** Median payload of a token-carrying chunk. */
  readonly chunkBytes: number
  /** Median of a request with its headers. */
  readonly requestBytes: number
  /** Chunks of different streams come together, as an engine's steps send them. */
  readonly lockStep: boolean
}

/** Null when no answer had a chunk. */
export function observedShape(measured: Measured): ObservedShape | null {
  const { recording, ok, span, tokens, facts } = measured
  const { requests, chunks } = recording
  const rows = ok.map((row) => tokenChunkRows(recording, row)).filter((each) => each.length > 0)
  if (rows.length === 0 || span === null) return null
  const streams = facts.clients ?? Math.max(1, Math.round(meanConcurrency(recording, span)))
  const first = median(
    ok.map(
      (row) => ((requests.firstToken[row] ?? answeredAt(requests, row) ?? NaN) - (requests.writeStart[row] ?? 0)) / 1e9,
    ),
  )
  const gaps = gapsOf(measured).flatMap((each) => (each.coalesced ? [] : [each.seconds]))
  const gap = gaps.length === 0 ? null : median(gaps)
  const counted = mean(ok.flatMap((row) => tokens.output.counts[row] ?? []))
  const all = mean(rows.map((each) => each.length)) ?? 1
  return {
    streams,
    first,
    gap,
    chunks: Math.round(median(rows.map((each) => each.length))),
    tokensPerChunk: Math.max(1, Math.round((counted ?? all) / all)),
    chunkBytes: Math.round(median(rows.flatMap((each) => each.map((chunk) => chunks.bytes[chunk] ?? 0)))),
    requestBytes: Math.round(median(ok.map((row) => requests.bytesOut[row] ?? 0))),
    lockStep: gap !== null && inLockStep(recording, rows.flat(), streams, gap * 1e9),
  }
}

const fewestStreams = 4
/** Within so much of a gap chunks count as together. */
const together = 1 / 20
const mostChunks = 20_000

/** Streams with phases of their own have a tenth of the others' chunks within a twentieth of a gap on either side. */
function inLockStep({ chunks }: Recording, rows: readonly number[], streams: number, gap: number): boolean {
  if (streams < fewestStreams) return false
  const times = Float64Array.from(rows, (row) => chunks.time[row] ?? NaN)
    .sort()
    .subarray(0, mostChunks)
  let [from, to, near] = [0, 0, 0]
  for (const [at, time] of times.entries()) {
    while (time - times[from]! > gap * together) from++
    while (to < times.length && times[to]! - time <= gap * together) to++
    near += to - from - 1
    if (at === times.length - 1) break
  }
  return near / times.length > 0.5 * (streams - 1)
}
