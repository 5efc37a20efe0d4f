import type { Recording } from '../recording/recording.ts'
import type { AccuracyBlock } from '../result/schema.ts'
import { seriesOf, within } from './series.ts'
import { quantile } from './statistics.ts'

/** Fewer events than these say nothing of a p99. */
const fewest = 20

/**
 * Stamp minus send time of the canary's events within the measured part, in seconds, in their order, of the load thread
 * where they were largest. Null without a canary in each thread, or with too few events.
 */
export function canaryErrors(recording: Recording): readonly number[] | null {
  const { measureStart, measureEnd } = recording.moments
  const window = { start: measureStart ?? -Infinity, end: measureEnd ?? Infinity }
  const threads = seriesOf(recording, 'load.canary_error').map((canary) => within(canary, window))
  if (threads.length === 0 || threads.some((errors) => errors.length < fewest)) return null
  return threads.reduce((worst, errors) => (p99Of(errors) > p99Of(worst) ? errors : worst))
}

const p99Of = (errors: readonly number[]) => quantile(Float64Array.from(errors).sort(), 0.99) ?? 0

/** What stamps were off by while the point was measured, as `canaryErrors` has it. */
export function inSituOf(recording: Recording): AccuracyBlock['in_situ'] {
  const errors = canaryErrors(recording)
  if (errors === null) return null
  const sorted = Float64Array.from(errors).sort()
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)]
  if (p50 === null || p99 === null) return null
  return { p50_s: p50, p99_s: p99, max_s: sorted.at(-1) ?? p99, events: sorted.length }
}
