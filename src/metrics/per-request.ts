import type { DistributionBlock, IntervalBlock } from '../result/schema.ts'
import { withIntervals } from './censored-intervals.ts'
import { meanInterval, quantileInterval } from './intervals/order-statistics.ts'
import type { Measured } from './measured.ts'
import { shownQuantiles, summarize, type QuantileName } from './statistics.ts'

/**
 * Distribution in seconds of one value per ok request, in ns; null where it is undefined. Requests that were not ok
 * stand at +infinity in the censored percentiles.
 */
export function perRequest(
  measured: Measured,
  value: (row: number) => number | null,
  /** What the value depends on by plan: the tokens of an answer, for its latency. */
  length: (row: number) => number | null | undefined = () => null,
): DistributionBlock {
  const values: number[] = []
  const lengths: number[] = []
  for (const row of measured.ok) {
    const ns = value(row)
    if (ns === null) continue
    values.push(ns / 1e9)
    const tokens = length(row)
    if (tokens != null) lengths.push(tokens)
  }
  return distributionOf(
    's',
    values,
    measured.lost.length,
    lengths.length === values.length ? lengths : null,
    measured.facts.clients ?? 1,
  )
}

/** The same of a rate, where more is better: requests that were not ok stand at 0 in the censored percentiles. */
export function perRequestRate(
  { rows, lost }: Measured,
  unit: string,
  rate: (row: number) => number | null,
): DistributionBlock {
  const failed = new Set(lost)
  const values: number[] = []
  const all: number[] = []
  for (const row of rows) {
    const value = failed.has(row) ? 0 : rate(row)
    if (value === null) continue
    all.push(value)
    if (!failed.has(row)) values.push(value)
  }
  const block = distributionOf(unit, values)
  if (lost.length === 0 || values.length === 0) return block
  const whole = distributionOf(unit, all)
  const censored = (name: QuantileName) => ({
    value: whole[name] ?? 0,
    ...(whole.intervals && { interval: whole.intervals[name] }),
  })
  return {
    ...block,
    censored: { p50: censored('p50'), p90: censored('p90'), p95: censored('p95'), p99: censored('p99') },
  }
}

/**
 * A distribution's block with its 95 % intervals; `values` in order of sending, `lost` further ones at +infinity, `lengths`
 * and `together` as in `standardError`.
 */
export function distributionOf(
  unit: string,
  values: readonly number[],
  lost = 0,
  lengths: readonly number[] | null = null,
  together = 1,
): DistributionBlock {
  const block = summarize(unit, values, lost)
  if (values.length === 0) return block
  const sorted = Array.from(Float64Array.from(values).sort())
  const of = (name: QuantileName, lost: number) => quantileInterval(values, sorted, shownQuantiles[name], lost)
  const all = (lost: number): Record<QuantileName, IntervalBlock> => ({
    p50: of('p50', lost),
    p90: of('p90', lost),
    p95: of('p95', lost),
    p99: of('p99', lost),
  })
  const intervals = { mean: meanInterval(values, lengths, together), ...all(0) }
  return block.censored
    ? { ...block, intervals, censored: withIntervals(block.censored, all(lost)) }
    : { ...block, intervals }
}

/** `to - from`, null when one of them is unknown. */
export function between(from: number | null | undefined, to: number | null | undefined): number | null {
  return from == null || to == null ? null : to - from
}
