import { mean, quantile } from '../../metrics/statistics.ts'

/** As Python clients summarize: standard deviation with n in the denominator, percentiles by linear interpolation. */
export interface NumpySummary {
  readonly mean: number
  readonly median: number
  readonly std: number
  readonly percentile: (share: number) => number
}

/** Zeros without values, as those clients write. */
export function numpySummary(values: readonly number[], scale = 1): NumpySummary {
  const sorted = Float64Array.from(values).sort()
  const centre = mean(values) ?? 0
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
  const percentile = (share: number) => (quantile(sorted, share) ?? 0) * scale
  return {
    mean: centre * scale,
    median: percentile(0.5),
    std: (values.length === 0 ? 0 : Math.sqrt(squares / values.length)) * scale,
    percentile,
  }
}
