import type { Recording } from '../recording/recording.ts'
import type { AccuracyBlock } from '../result/schema.ts'
import { quantile } from './statistics.ts'

/** Fewer events than these say nothing of a p99. */
const fewest = 20

/**
 * Stamp minus send time of the canary's events within the measured part, in seconds, in their order. Null without a
 * canary, or with too few events.
 */
export function canaryErrors({ series, moments }: Recording): readonly number[] | null {
  const canary = series.find(({ name }) => name === 'load.canary_error')
  if (canary === undefined) return null
  const from = moments.measureStart ?? -Infinity
  const to = moments.measureEnd ?? Infinity
  const errors = canary.value.filter((_, row) => (canary.time[row] ?? NaN) >= from && (canary.time[row] ?? NaN) <= to)
  return errors.length < fewest ? null : [...errors]
}

/** What stamps were off by while the point was measured, as `canaryErrors` has it. */
export function inSituOf(recording: Recording): AccuracyBlock['in_situ'] {
  const errors = canaryErrors(recording)
  if (errors === null) return null
  const sorted = Float64Array.from(errors).sort()
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)]
  if (p50 === null || p99 === null) return null
  return { p50_s: p50, p99_s: p99, max_s: sorted.at(-1) ?? p99, events: sorted.length }
}
