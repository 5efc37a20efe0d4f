import type { IntervalBlock } from '../../result/schema.ts'
import { effectiveCount } from './effective-count.ts'
import { binomialCdf, confidence, reach } from './probability.ts'
import { sum } from '../statistics.ts'
import { standardError } from './standard-error.ts'

const tail = (1 - confidence) / 2

/**
 * 95 % interval of a quantile without an assumption on the distribution: the order statistics between which the true
 * one lies by the binomial distribution. `values` in order of sending (values alike in time count as fewer), `sorted` the
 * same ascending, followed by `lost` values at +infinity. Open (null) on a side where too few values lie beyond it.
 */
export function quantileInterval(
  values: readonly number[],
  sorted: readonly number[],
  share: number,
  lost = 0,
): IntervalBlock {
  const count = values.length + lost
  if (values.length === 0) return { low: null, high: null }
  const limit = sorted[Math.min(sorted.length - 1, Math.floor((count - 1) * share))] ?? 0
  const correlated = effectiveCount(values.map((value) => (value <= limit ? 1 : 0))) / values.length
  const effective = Math.max(1, Math.floor(count * correlated))
  const { low, high } = ranks(effective, share)
  const at = (rank: number) => (rank < 1 || rank > sorted.length ? null : (sorted[rank - 1] ?? null))
  return {
    low: low === null ? null : at(Math.floor((low / effective) * count)),
    high: high === null ? null : at(Math.ceil((high / effective) * count)),
  }
}

/** Ranks (from 1) of the order statistics that hold the quantile; null where none does. */
function ranks(count: number, share: number): { low: number | null; high: number | null } {
  // The largest rank that no more than `tail` of cases place above the quantile, and the smallest below it.
  const low = lastWhere(0, count, (rank) => binomialCdf(rank - 1, count, share) <= tail)
  const high = lastWhere(0, count, (rank) => binomialCdf(rank - 1, count, share) < 1 - tail) + 1
  return { low: low < 1 ? null : low, high: high > count ? null : high }
}

/** The last of from..to for which `holds`, which holds up to some number and no further. */
export function lastWhere(from: number, to: number, holds: (value: number) => boolean): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (holds(middle)) low = middle
    else high = middle - 1
  }
  return low
}

/** How many independent values bound the quantile on the side where fewer lie. */
export function valuesNeeded(share: number): number {
  return Math.ceil(Math.log(tail) / Math.log(Math.max(share, 1 - share)))
}

/**
 * 95 % interval of a mean by Student's t; values in order of sending, `lengths` and `together` as in
 * `standardError`. Open below three
 * independent values.
 */
export function meanInterval(
  values: readonly number[],
  lengths: readonly number[] | null = null,
  together = 1,
): IntervalBlock {
  const found = standardError(values, lengths, together)
  if (found === null) return { low: null, high: null }
  const mean = sum(values) / values.length
  const half = reach(found.effective) * found.error
  return { low: mean - half, high: mean + half }
}
