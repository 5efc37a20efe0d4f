import type { Recording } from '../recording/recording.ts'
import type { AccuracyBlock } from '../result/schema.ts'
import { seriesOf } from './series.ts'
import { quantile } from './statistics.ts'

/** Fewer events than these say nothing of a p99. */
const fewest = 20

/** An event of the canary: when it was stamped (ns since the anchor), and stamp minus send time in seconds. */
export interface CanaryEvent {
  readonly time: number
  readonly error: number
}

/**
 * The canary's events within the measured part, in their order, of the load thread where they were latest. Null without a
 * canary in each thread, or with too few events.
 */
export function canaryEvents(recording: Recording): readonly CanaryEvent[] | null {
  const { measureStart, measureEnd } = recording.moments
  const [start, end] = [measureStart ?? -Infinity, measureEnd ?? Infinity]
  const threads = seriesOf(recording, 'load.canary_error').map(({ time, value }) =>
    [...value]
      .map((error, row) => ({ time: time[row] ?? NaN, error }))
      .filter((event) => event.time >= start && event.time <= end),
  )
  if (threads.length === 0 || threads.some((events) => events.length < fewest)) return null
  return threads.reduce((worst, events) => (p99Of(events) > p99Of(worst) ? events : worst))
}

const sortedErrors = (events: readonly CanaryEvent[]) => Float64Array.from(events, ({ error }) => error).sort()
const p99Of = (events: readonly CanaryEvent[]) => quantile(sortedErrors(events), 0.99) ?? 0

/** What stamps were off by while the point was measured, as `canaryEvents` has it. */
export function inSituOf(recording: Recording): AccuracyBlock['in_situ'] {
  const events = canaryEvents(recording)
  if (events === null) return null
  const sorted = sortedErrors(events)
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)]
  if (p50 === null || p99 === null) return null
  return { p50_s: p50, p99_s: p99, max_s: sorted.at(-1) ?? p99, events: events.length }
}
