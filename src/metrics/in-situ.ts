import type { Recording } from '../recording/recording.ts'
import type { AccuracyBlock } from '../result/schema.ts'
import { quantile } from './statistics.ts'

/** Fewer events than these say nothing of a p99. */
const fewest = 20

/**
 * What stamps were off by while the point was measured: stamp minus send time of the canary's events within the measured
 * part, in seconds. Null without a canary, or with too few events.
 */
export function inSituOf({ series, moments }: Recording): AccuracyBlock['in_situ'] {
  const canary = series.find(({ name }) => name === 'load.canary_error')
  if (canary === undefined) return null
  const from = moments.measureStart ?? -Infinity
  const to = moments.measureEnd ?? Infinity
  const errors = canary.value.filter((_, row) => (canary.time[row] ?? NaN) >= from && (canary.time[row] ?? NaN) <= to)
  const sorted = errors.sort()
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)]
  if (sorted.length < fewest || p50 === null || p99 === null) return null
  return { p50_s: p50, p99_s: p99, max_s: sorted.at(-1) ?? p99, events: sorted.length }
}
