import { mulberry32 } from '../mulberry32.ts'
import type { ErrorBlock } from '../result/schema.ts'
import { lastWhere } from './intervals/order-statistics.ts'
import { binomialCdf } from './intervals/probability.ts'
import { quantile, quantileNames, shownQuantiles } from './statistics.ts'

/** Shares of values whose error may lie beyond a limit; each gives a bound, and the tightest counts. */
const shares = [
  0, 0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45,
  0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98,
]
/** Chance that more of the values lie beyond a limit than the sample says. */
const doubt = 0.02
/** Where a sample is too small to tell: so many times as far as it has seen. */
const beyondSeen = 1.5
/** Of the values above a percentile, what part may have more unlike ends than is allowed for. */
const unlikeEnds = 1 / 3
/** From here on what spreads values only ever makes a percentile larger. */
const tail = 0.9
const standardErrors = 3

type Interval = ErrorBlock[string]['p50']

/** Values of a metric with the known bounds of their errors, in seconds. */
export class BoundedValues {
  readonly #reported: number[] = []
  readonly #over: number[] = []
  readonly #under: number[] = []

  get length(): number {
    return this.#reported.length
  }

  /** In ns: the value, and by how much it may be too large and too small by what is known. */
  add(value: number, over: number, under: number): void {
    this.#reported.push(value / 1e9)
    this.#over.push(over / 1e9)
    this.#under.push(under / 1e9)
  }

  /**
   * Reported minus true of the shown percentiles. `unknown`: sample of what is not known of each value's error, ascending.
   * Needs no law of the errors and no independence: when at most a share f of the values is off by more than d, a percentile p
   * is off by no more than d plus its distance from the percentile p - f.
   */
  errors(unknown: Float64Array): ErrorBlock[string] {
    return this.#each((share) => this.#interval(share, 1, unknown))
  }

  /**
   * The same for values with two ends, each late by some part of what is known of it. Those parts are taken as even and
   * unrelated, so that both ends are seldom at opposite extremes: parts that differ by more than c are a share (1 - c)^2 / 2.
   * In the tail lateness has spread the values already: the true percentile is no larger than that of the reported values
   * spread once more.
   */
  errorsOfGaps(unknown: Float64Array): ErrorBlock[string] {
    return this.#each((share) => {
      const apart = 1 - Math.sqrt(2 * unlikeEnds * (1 - share))
      const { low_s, high_s } = this.#interval(share, apart, unknown)
      return { low_s: share < tail ? low_s : Math.max(low_s, this.#lowInTail(share, unknown)), high_s }
    })
  }

  #each(of: (share: number) => Interval): ErrorBlock[string] {
    const [p50, p90, p95, p99] = quantileNames.map((name) => of(shownQuantiles[name])) as [
      Interval,
      Interval,
      Interval,
      Interval,
    ]
    return { p50, p90, p95, p99 }
  }

  /** `part`: how much of what is known of a value its error may take. */
  #interval(share: number, part: number, unknown: Float64Array): Interval {
    const value = at(sorted(this.#reported), share)
    const least = sorted(this.#reported.map((reported, row) => reported - part * this.#over[row]!))
    const most = sorted(this.#reported.map((reported, row) => reported + part * this.#under[row]!))
    const steps = Math.max(1, this.length - 1)
    let [low, high] = [-Infinity, Infinity]
    for (const beyond of new Set(shares.map((each) => Math.floor(each * (this.length - 1))))) {
      const shift = beyond / steps
      const limit = limits(unknown, beyond, this.length)
      if (shift <= share) high = Math.min(high, value - at(least, share - shift) + limit.most)
      // The canary may have been served later than others ever were: what it was late by at least is no promise.
      if (shift <= 1 - share) low = Math.max(low, value - at(most, share + shift) + Math.min(0, limit.least))
    }
    return { low_s: low, high_s: high }
  }

  #lowInTail(share: number, unknown: Float64Array): number {
    const random = mulberry32(1)
    const anyUnknown = () => unknown[Math.floor(random() * unknown.length)] ?? 0
    const spread = this.#reported.map(
      (reported, row) => reported + random() * this.#under[row]! - random() * this.#over[row]! - anyUnknown(),
    )
    const error = standardErrors * Math.sqrt((share * (1 - share)) / this.length)
    return Math.min(0, at(sorted(this.#reported), share) - at(sorted(spread), Math.min(1, share + error)))
  }
}

const sorted = (values: readonly number[]) => Float64Array.from(values).sort()
const at = (values: Float64Array, share: number) => quantile(values, share) ?? 0

/**
 * Errors that, by what the sample tells, all but `beyond` of so many values keep above, and below. Where it is too small to
 * tell: further than it has seen.
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
