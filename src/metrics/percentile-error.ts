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
const unlikeEnds = 1 / 2
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
    const whole = this.#bounds(1, this.#limits(unknown))
    return each((share) => intervalOf(share, whole))
  }

  /**
   * The same for values with two ends, each late by some part of what is known of it. Outside the tail those parts are taken as
   * even and unrelated, so that both ends are seldom at opposite extremes: parts that differ by more than c are a share
   * (1 - c)^2 / 2. In the tail lateness has spread the values already: the true percentile is no larger than that of the reported
   * values spread once more.
   */
  errorsOfGaps(unknown: Float64Array): ErrorBlock[string] {
    const all = this.#limits(unknown)
    const whole = this.#bounds(1, all)
    const spread = this.#spreadOnceMore(unknown)
    return each((share) => {
      if (share < tail) return intervalOf(share, this.#bounds(1 - Math.sqrt(2 * unlikeEnds * (1 - share)), all))
      const { low_s, high_s } = intervalOf(share, whole)
      const error = standardErrors * Math.sqrt((share * (1 - share)) / this.length)
      const low = Math.min(0, at(whole.reported, share) - at(spread, Math.min(1, share + error)))
      return { low_s: Math.max(low_s, low), high_s }
    })
  }

  /** `part`: how much of what is known of a value its error may take. */
  #bounds(part: number, limits: readonly Limit[]): Bounds {
    return {
      reported: sorted(this.#reported),
      least: sorted(this.#reported.map((reported, row) => reported - part * this.#over[row]!)),
      most: sorted(this.#reported.map((reported, row) => reported + part * this.#under[row]!)),
      limits,
    }
  }

  #limits(unknown: Float64Array): readonly Limit[] {
    const steps = Math.max(1, this.length - 1)
    const counts = new Set(shares.map((share) => Math.floor(share * (this.length - 1))))
    return [...counts].map((beyond) => ({ shift: beyond / steps, ...limitOf(unknown, beyond, this.length) }))
  }

  #spreadOnceMore(unknown: Float64Array): Float64Array {
    const random = mulberry32(1)
    const anyUnknown = () => unknown[Math.floor(random() * unknown.length)] ?? 0
    return sorted(
      this.#reported.map(
        (reported, row) => reported + random() * this.#under[row]! - random() * this.#over[row]! - anyUnknown(),
      ),
    )
  }
}

/** All but a share `shift` of the errors beyond what is known lie between. */
interface Limit {
  readonly shift: number
  readonly least: number
  readonly most: number
}

/** Values as they are, and as small and large as they may be, each ascending. */
interface Bounds {
  readonly reported: Float64Array
  readonly least: Float64Array
  readonly most: Float64Array
  readonly limits: readonly Limit[]
}

function intervalOf(share: number, { reported, least, most, limits }: Bounds): Interval {
  const value = at(reported, share)
  let [low, high] = [-Infinity, Infinity]
  for (const limit of limits) {
    if (limit.shift <= share) high = Math.min(high, value - at(least, share - limit.shift) + limit.most)
    // The canary may have been served later than others ever were: what it was late by at least is no promise.
    if (limit.shift <= 1 - share) {
      low = Math.max(low, value - at(most, share + limit.shift) + Math.min(0, limit.least))
    }
  }
  return { low_s: low, high_s: high }
}

function each(of: (share: number) => Interval): ErrorBlock[string] {
  const [p50, p90, p95, p99] = quantileNames.map((name) => of(shownQuantiles[name])) as [
    Interval,
    Interval,
    Interval,
    Interval,
  ]
  return { p50, p90, p95, p99 }
}

const sorted = (values: readonly number[]) => Float64Array.from(values).sort()
const at = (values: Float64Array, share: number) => quantile(values, share) ?? 0

/**
 * Errors that, by what the sample tells, all but `beyond` of so many values keep above, and below. Where it is too small to
 * tell: further than it has seen.
 */
function limitOf(sample: Float64Array, beyond: number, values: number): { least: number; most: number } {
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
