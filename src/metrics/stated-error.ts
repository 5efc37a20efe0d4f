import type { BatchColumns, Recording } from '../recording/recording.ts'
import { answeredAt, tokenChunkRows } from '../recording/request-times.ts'
import type { ErrorBlock } from '../result/schema.ts'
import { lastWhere } from './intervals/order-statistics.ts'
import { binomialCdf } from './intervals/probability.ts'
import { latenessOf } from './bound.ts'
import { canaryEvents, type CanaryEvent } from './in-situ.ts'
import type { Measured } from './measured.ts'
import { quantile, quantileNames, shownQuantiles } from './statistics.ts'

/** Shares of values whose error may lie beyond a limit; each gives a bound, and the tightest counts. */
const shares = [0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98]
/** Chance that more of the values lie beyond a limit than the sample says, and that the sample has too few beyond it. */
const doubt = 0.02
const beyondSeen = 2

/**
 * Between which the error of each shown percentile lies, reported minus true, in seconds. What the loop had to do while a
 * stamp's bytes may have lain there, and how long it waited for a core, is known of each stamp. What it was late by beyond
 * that is not: the canary's stamps are a sample of it. The bounds need no law of the errors and no independence: when at most a share f of the values is off by more
 * than d, a percentile p is off by no more than d plus its distance from the percentile p - f. Null without a canary.
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
  const [ttft, itl, e2e] = [new Values(), new Values(), new Values()]
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
    if (itl.reported.length > 0) block['itl'] = itl.errors(jumps)
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

/** Values of a metric with the known bounds of their errors, in seconds. */
class Values {
  readonly reported: number[] = []
  readonly #least: number[] = []
  readonly #most: number[] = []

  /** In ns: the value, and by how much it may be too large and too small for what the loop was doing. */
  add(value: number, over: number, under: number): void {
    this.reported.push(value / 1e9)
    this.#least.push((value - over) / 1e9)
    this.#most.push((value + under) / 1e9)
  }

  /** `unknown`: sample of what is not known of each value's error, ascending. */
  errors(unknown: Float64Array): ErrorBlock[string] {
    const values = sorted(this.reported)
    const [least, most] = [sorted(this.#least), sorted(this.#most)]
    const steps = values.length - 1
    const beyond = [...new Set(shares.map((share) => Math.floor(share * steps)))]
    const bounds = beyond.map((count) => ({
      shift: count / Math.max(1, steps),
      ...limits(unknown, count, values.length),
    }))
    const of = (name: keyof typeof shownQuantiles) => {
      const share = shownQuantiles[name]
      const value = at(values, share)
      let [low, high] = [-Infinity, Infinity]
      for (const { shift, least: under, most: over } of bounds) {
        if (shift <= share) high = Math.min(high, value - at(least, share - shift) + over)
        // The canary may have been served later than others ever were: what it was late by at least is no promise.
        if (shift <= 1 - share) low = Math.max(low, value - at(most, share + shift) + Math.min(0, under))
      }
      return { low_s: low, high_s: high }
    }
    const [p50, p90, p95, p99] = quantileNames.map(of) as [Interval, Interval, Interval, Interval]
    return { p50, p90, p95, p99 }
  }
}

type Interval = ErrorBlock[string]['p50']
const at = (values: Float64Array, share: number) => quantile(values, share) ?? 0

/**
 * Errors that, by what the sample tells, all but `beyond` of so many values keep above, and below. Where it is too small to
 * tell: as far again as it has seen.
 */
function limits(sample: Float64Array, beyond: number, values: number): { least: number; most: number } {
  const share = largestShare((each) => 1 - binomialCdf(beyond, values, each) <= doubt)
  const rank = lastWhere(0, sample.length, (each) => binomialCdf(each - 1, sample.length, share) <= doubt)
  const [first, last] = [sample[0] ?? 0, sample.at(-1) ?? 0]
  if (rank < 1) return { least: Math.min(first, beyondSeen * first), most: Math.max(last, beyondSeen * last) }
  return { least: sample[rank - 1] ?? first, most: sample[sample.length - rank] ?? last }
}

/** The largest share for which `holds`, which holds up to some share and no further. */
function largestShare(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}
