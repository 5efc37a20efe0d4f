import type { CensoredQuantile, DistributionBlock } from '../result/schema.ts'

/** The percentiles that a distribution shows. */
export const shownQuantiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const
export type QuantileName = keyof typeof shownQuantiles
export const quantileNames = Object.keys(shownQuantiles) as QuantileName[]

/** Linear interpolation between order statistics (NumPy's default). `sorted` ascends; null when it is empty. */
export function quantile(sorted: readonly number[] | Float64Array, share: number): number | null {
  if (sorted.length === 0) return null
  const position = (sorted.length - 1) * share
  const below = Math.floor(position)
  const low = sorted[below] ?? 0
  const high = sorted[Math.ceil(position)] ?? low
  return low + (high - low) * (position - below)
}

/**
 * The quantile of `sorted` followed by `lost` values at +infinity. Where it falls among the lost ones, all that is
 * known is that it is at least the largest value seen before it (null: nothing was seen).
 */
export function censoredQuantile(sorted: readonly number[], lost: number, share: number): CensoredQuantile {
  const position = (sorted.length + lost - 1) * share
  const below = Math.floor(position)
  if (Math.ceil(position) < sorted.length) {
    const low = sorted[below] ?? 0
    return { value: low + ((sorted[Math.ceil(position)] ?? low) - low) * (position - below) }
  }
  return { at_least: sorted[Math.min(below, sorted.length - 1)] ?? null }
}

/** NaN of nothing. */
export function median(values: Iterable<number>): number {
  return quantile(Float64Array.from(values).sort(), 0.5) ?? NaN
}

export function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length
}

/** With n - 1 in the denominator; null below two values. */
export function standardDeviation(values: readonly number[]): number | null {
  const centre = mean(values)
  if (centre === null || values.length < 2) return null
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1))
}

/** A distribution's block. `lost` values that never arrived, at +infinity, add the censored percentiles. */
export function summarize(unit: string, values: readonly number[], lost = 0): DistributionBlock {
  const sorted = Float64Array.from(values).sort()
  const ascending = Array.from(sorted)
  const block: DistributionBlock = {
    unit,
    count: values.length,
    mean: mean(values),
    stddev: standardDeviation(values),
    min: ascending[0] ?? null,
    p50: quantile(ascending, shownQuantiles.p50),
    p90: quantile(ascending, shownQuantiles.p90),
    p95: quantile(ascending, shownQuantiles.p95),
    p99: quantile(ascending, shownQuantiles.p99),
    max: ascending.at(-1) ?? null,
  }
  if (lost === 0) return block
  const censored = (name: QuantileName) => censoredQuantile(ascending, lost, shownQuantiles[name])
  return {
    ...block,
    censored: { p50: censored('p50'), p90: censored('p90'), p95: censored('p95'), p99: censored('p99') },
  }
}
