import type { Recording } from '../recording/recording.ts'
import { tokenChunkRows } from '../recording/request-times.ts'
import { carriesToken, type RequestLog } from './log.ts'

/** What a client said and what was true, entry by entry, in seconds. */
export interface Pairs {
  readonly reported: readonly number[]
  readonly truth: readonly number[]
}

/** A recording of load on a stub, each token beside the stub's own word on it. */
export interface Paired {
  /** Stamp minus send time of each token-carrying chunk, s. */
  readonly arrival: readonly number[]
  readonly ttft: Pairs
  readonly itl: Pairs
  readonly e2e: Pairs
  /** Measured requests that could not be paired: not ok, or with other chunks than the stub sent. */
  readonly unpaired: number
}

/**
 * Pairs the measured requests with the stub's log, by request id. A request is with the stub once its bytes are in the
 * stub's socket: on the loopback when the client's write has returned, even if the stub, itself waiting for a core, reads
 * them later; at the latest when it says that it read them.
 */
export function pair(recording: Recording, log: readonly RequestLog[]): Paired {
  const { requests, chunks, anchor } = recording
  const byId = new Map(log.map((entry) => [entry.requestId, entry]))
  const arrival: number[] = []
  const pairs = () => ({ reported: [] as number[], truth: [] as number[] })
  const [ttft, itl, e2e] = [pairs(), pairs(), pairs()]
  let unpaired = 0
  for (let row = 0; row < requests.length; row++) {
    if (requests.phase[row] === 'warmup') continue
    const entry = byId.get(requests.requestIdSent[row] ?? '')
    const stamps = tokenChunkRows(recording, row).map((chunk) => chunks.time[chunk] ?? NaN)
    const sent = (entry?.chunks.sentNs ?? [])
      .filter((_, at) => carriesToken(entry!.chunks.kind[at]!))
      .map((time) => time - anchor.monotonicNs)
    const [first, last] = [stamps[0], stamps.at(-1)]
    const start = requests.writeStart[row]
    const alike = entry !== undefined && sent.length === stamps.length && requests.outcome[row] === 'ok'
    if (!alike || start == null || first === undefined || last === undefined) {
      unpaired++
      continue
    }
    const arrived = Math.min(entry.receivedNs - anchor.monotonicNs, requests.writeDone[row] ?? Infinity)
    add(ttft, first - start, sent[0]! - arrived)
    add(e2e, last - start, sent.at(-1)! - arrived)
    for (const [at, stamp] of stamps.entries()) {
      arrival.push((stamp - sent[at]!) / 1e9)
      if (at > 0) add(itl, stamp - stamps[at - 1]!, sent[at]! - sent[at - 1]!)
    }
  }
  return { arrival, ttft, itl, e2e, unpaired }
}

function add({ reported, truth }: { reported: number[]; truth: number[] }, said: number, was: number): void {
  reported.push(said / 1e9)
  truth.push(was / 1e9)
}
