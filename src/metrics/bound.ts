import type { Recording } from '../recording/recording.ts'
import type { AccuracyBlock } from '../result/schema.ts'
import { quantile } from './statistics.ts'

/**
 * How late a stamp can be: the time the load generator's loop had been busy before each poll of the measured part, in
 * seconds. Null when no poll was recorded.
 */
export function boundOf({ batches, moments }: Recording): AccuracyBlock['bound'] {
  const from = moments.measureStart ?? -Infinity
  const to = moments.measureEnd ?? Infinity
  const busy: number[] = []
  for (let row = 0; row < batches.length; row++) {
    const time = batches.time[row] ?? NaN
    if (time >= from && time <= to) busy.push((batches.busy[row] ?? 0) / 1e9)
  }
  const sorted = Float64Array.from(busy).sort()
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)]
  if (p50 === null || p99 === null) return null
  return { p50_s: p50, p99_s: p99, max_s: sorted.at(-1) ?? p99, polls: sorted.length }
}
