import type { BatchColumns, Recording } from '../recording/recording.ts'
import { answeredAt, tokenChunkRows } from '../recording/request-times.ts'
import type { ErrorBlock } from '../result/schema.ts'
import { latenessOf } from './bound.ts'
import { canaryEvents, type CanaryEvent } from './in-situ.ts'
import type { Measured } from './measured.ts'
import { BoundedValues } from './percentile-error.ts'

/**
 * Between which the error of each shown percentile lies, reported minus true, in seconds. What the loop had to do while a
 * stamp's bytes may have lain there, and how long it waited for a core, is known of each stamp. What it was late by beyond
 * that is not: the canary's stamps are a sample of it. Null without a canary.
 */
export function statedErrorOf(measured: Measured): ErrorBlock | null {
  const events = canaryEvents(measured.recording)
  if (events === null) return null
  const unknown = unknownLateness(events, measured.recording.batches)
  const late = sorted(unknown)
  const jumps = sorted(unknown.slice(1).map((error, at) => error - (unknown[at] ?? 0)))
  const { requests, batches, chunks } = measured.recording
  const known = (chunk: number) => latenessOf(batches, chunks.batch[chunk] ?? -1)
  // What shares a read with the chunk before it may have come after the stamp, while the reads before this one were served.
  const early = (chunk: number) => {
    if (chunks.read[chunk] !== chunks.read[chunk - 1] || chunks.request[chunk] !== chunks.request[chunk - 1]) return 0
    const batch = chunks.batch[chunk] ?? -1
    return Math.max(0, (batches.time[batch + 1] ?? 0) - (batches.time[batch] ?? 0))
  }
  const [ttft, itl, e2e] = [new BoundedValues(), new BoundedValues(), new BoundedValues()]
  for (const row of measured.ok) {
    const rows = tokenChunkRows(measured.recording, row)
    const sent = requests.writeStart[row]
    const [first, last] = [rows[0], rows.at(-1)]
    if (sent == null || first === undefined || last === undefined) continue
    // What the write took counts as time of the server.
    const sending = Math.max(0, (requests.writeDone[row] ?? sent) - sent)
    ttft.add(timeOf(measured.recording, first) - sent, sending + known(first), early(first))
    e2e.add((answeredAt(requests, row) ?? sent) - sent, sending + known(last), early(last))
    for (const [at, chunk] of rows.entries()) {
      const before = rows[at - 1]
      if (before === undefined) continue
      itl.add(
        timeOf(measured.recording, chunk) - timeOf(measured.recording, before),
        known(chunk) + early(before),
        known(before) + early(chunk),
      )
    }
  }
  const block: Record<string, ErrorBlock[string]> = {}
  if (measured.facts.stream) {
    block['ttft'] = ttft.errors(late)
    if (itl.length > 0) block['itl'] = itl.errorsOfGaps(jumps)
  }
  block['e2e_latency'] = e2e.errors(late)
  return block
}

/** What each event was late by that its poll does not account for, s. */
function unknownLateness(events: readonly CanaryEvent[], batches: BatchColumns): readonly number[] {
  const known = new Map(events.map(({ time }) => [time, 0]))
  for (let batch = 0; batch < batches.length; batch++) {
    const time = batches.time[batch] ?? NaN
    if (known.has(time)) known.set(time, latenessOf(batches, batch) / 1e9)
  }
  return events.map(({ time, error }) => Math.min(error, Math.max(0, error - (known.get(time) ?? 0))))
}

const timeOf = ({ chunks }: Recording, chunk: number) => chunks.time[chunk] ?? NaN
const sorted = (values: readonly number[]) => Float64Array.from(values).sort()
