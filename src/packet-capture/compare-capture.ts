import { quantile } from '../metrics/statistics.ts'
import type { Recording } from '../recording/recording.ts'
import type { CapturedReply } from './captured-replies.ts'

/** Quantiles of a list of nanoseconds, in seconds; null when it is empty. */
export interface Spread {
  readonly count: number
  readonly p50: number | null
  readonly p99: number | null
  readonly min: number | null
  readonly max: number | null
}

/** A figure by both observers' stamps. */
export interface TwoViews {
  readonly kernel: Spread
  readonly ours: Spread
}

export interface CaptureComparison {
  /** Measured requests of the recording, and those whose every event was found in the capture. */
  readonly requests: number
  readonly paired: number
  readonly chunks: number
  /** From our stamp before the write to the frame of the request's first byte. */
  readonly sendLead: Spread
  /** From the frame that completed a chunk to our stamp of it: what our client adds, the kernel's wake-up included. */
  readonly chunkLag: Spread
  readonly ttft: TwoViews
  readonly itl: TwoViews
  readonly e2e: TwoViews
}

/**
 * Sets what the load generator stamped beside what the kernel saw of the same requests, found by the id that each request
 * carries. `epochSeconds` as in `Capture`. Requests of which the capture lacks a part are left out and counted.
 */
export function compareCapture(
  recording: Recording,
  replies: readonly CapturedReply[],
  epochSeconds: number,
): CaptureComparison {
  const { requests, chunks } = recording
  const captured = new Map(replies.map((reply) => [reply.requestId, reply]))
  // Both differences are of numbers that a double holds exactly.
  const shift = (Math.round(recording.anchor.wallSeconds * 1000) - epochSeconds * 1000) * 1e6
  const views = { sendLead: [] as number[], chunkLag: [] as number[] }
  const kernel = { ttft: [] as number[], itl: [] as number[], e2e: [] as number[] }
  const ours = { ttft: [] as number[], itl: [] as number[], e2e: [] as number[] }
  let measured = 0
  let paired = 0
  for (let row = 0; row < requests.length; row++) {
    const sent = requests.writeStart[row]
    if (requests.phase[row] !== 'measure' || requests.outcome[row] !== 'ok' || typeof sent !== 'number') continue
    measured++
    const reply = captured.get(requests.requestIdSent[row] ?? '')
    const first = requests.chunkStart[row]!
    const count = requests.chunkEnd[row]! - first
    if (reply === undefined || count === 0 || reply.events.length !== count) continue
    paired++
    views.sendLead.push(reply.sent - (sent + shift))
    let previous: number | null = null
    for (let nth = 0; nth < count; nth++) {
      const chunk = first + nth
      views.chunkLag.push(chunks.time[chunk]! + shift - reply.events[nth]!)
      if (chunks.carriesToken[chunk] !== 1) continue
      if (previous === null) {
        kernel.ttft.push(reply.events[nth]! - reply.sent)
        ours.ttft.push(chunks.time[chunk]! - sent)
      } else {
        kernel.itl.push(reply.events[nth]! - reply.events[previous]!)
        ours.itl.push(chunks.time[chunk]! - chunks.time[first + previous]!)
      }
      previous = nth
    }
    if (previous === null) continue
    kernel.e2e.push(reply.events[previous]! - reply.sent)
    ours.e2e.push(chunks.time[first + previous]! - sent)
  }
  const both = (figure: 'ttft' | 'itl' | 'e2e'): TwoViews => ({
    kernel: spread(kernel[figure]),
    ours: spread(ours[figure]),
  })
  return {
    requests: measured,
    paired,
    chunks: views.chunkLag.length,
    sendLead: spread(views.sendLead),
    chunkLag: spread(views.chunkLag),
    ttft: both('ttft'),
    itl: both('itl'),
    e2e: both('e2e'),
  }
}

function spread(nanoseconds: readonly number[]): Spread {
  const sorted = Float64Array.from(nanoseconds, (value) => value / 1e9).sort()
  const at = (share: number) => quantile(sorted, share)
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), min: at(0), max: at(1) }
}
