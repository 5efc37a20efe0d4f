import { chunksOf, type ClientRun } from './client-run.ts'
import type { Truth } from './stubs/bench-stub.ts'

/** A client's figures beside the server's, request by request and chunk by chunk. Durations in ns. */
export interface Paired {
  readonly ttft: Compared
  readonly gap: Compared
  /** One a chunk: when it was sent (CLOCK_MONOTONIC), how much later it was stamped, whether it shared a read. */
  readonly sent: Float64Array
  readonly error: Float64Array
  readonly shared: Uint8Array
  /** One a request: how long after its intended time the client wrote it, and the server had it; NaN without one. */
  readonly writeLateness: Float64Array
  readonly receiveLateness: Float64Array
}

/** The same durations by the client's stamps and by the server's log. */
export interface Compared {
  readonly client: Float64Array
  readonly truth: Float64Array
}

/** Where a client does not see reads: stamps this close to the one before came from one. */
const sameReadNs = 10_000

/** Throws when the client saw a request or a chunk more, or less, than the server sent. */
export function pair(run: ClientRun, truth: Truth): Paired {
  const rowOf = new Map<number, number>()
  truth.id.forEach((id, row) => rowOf.set(id, row))
  const requests = run.id.length
  const chunks = run.time.length
  const columns = {
    ttft: { client: new Float64Array(requests), truth: new Float64Array(requests) },
    gap: { client: new Float64Array(chunks - requests), truth: new Float64Array(chunks - requests) },
    sent: new Float64Array(chunks),
    error: new Float64Array(chunks),
    shared: new Uint8Array(chunks),
    writeLateness: new Float64Array(requests),
    receiveLateness: new Float64Array(requests),
  }
  let gap = 0
  for (let row = 0; row < requests; row++) {
    const id = run.id[row] ?? NaN
    const trueRow = rowOf.get(id)
    if (trueRow === undefined) throw new Error(`request ${id} never reached the stub`)
    const [from, to] = chunksOf(run, row)
    const [trueFrom, trueTo] = chunksOf({ chunkStart: truth.chunkStart, time: truth.sent }, trueRow)
    if (to - from !== trueTo - trueFrom || to === from) {
      throw new Error(`request ${id}: ${trueTo - trueFrom} chunks were sent and ${to - from} recorded`)
    }
    const shift = trueFrom - from
    const at = (chunk: number): number => run.time[chunk] ?? NaN
    const sentAt = (chunk: number): number => truth.sent[chunk + shift] ?? NaN
    const received = truth.received[trueRow] ?? NaN
    columns.ttft.client[row] = at(from) - (run.writeStart[row] ?? NaN)
    columns.ttft.truth[row] = sentAt(from) - received
    columns.writeLateness[row] = (run.writeStart[row] ?? NaN) - (run.intended[row] ?? NaN)
    columns.receiveLateness[row] = received - (run.intended[row] ?? NaN)
    for (let chunk = from; chunk < to; chunk++) {
      columns.sent[chunk] = sentAt(chunk)
      columns.error[chunk] = at(chunk) - sentAt(chunk)
      if (chunk === from) continue
      columns.gap.client[gap] = at(chunk) - at(chunk - 1)
      columns.gap.truth[gap++] = sentAt(chunk) - sentAt(chunk - 1)
      columns.shared[chunk] = sharesRead(run, chunk) ? 1 : 0
    }
  }
  return columns
}

function sharesRead({ read, time }: ClientRun, chunk: number): boolean {
  if (read !== null) return read[chunk] === read[chunk - 1]
  return (time[chunk] ?? NaN) - (time[chunk - 1] ?? NaN) < sameReadNs
}
