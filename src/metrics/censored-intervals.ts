import type { CensoredQuantile, IntervalBlock } from '../result/schema.ts'
import type { QuantileName } from './statistics.ts'

type Censored = Readonly<Record<QuantileName, CensoredQuantile>>

/** Puts each interval to its percentile; one that falls among failed requests has none. */
export function withIntervals(censored: Censored, intervals: Readonly<Record<QuantileName, IntervalBlock>>): Censored {
  const one = (name: QuantileName): CensoredQuantile => {
    const quantile = censored[name]
    return 'value' in quantile ? { ...quantile, interval: intervals[name] } : quantile
  }
  return { p50: one('p50'), p90: one('p90'), p95: one('p95'), p99: one('p99') }
}
