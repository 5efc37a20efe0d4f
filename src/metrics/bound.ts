import type { Recording } from '../recording/recording.ts'
import type { AccuracyBlock } from '../result/schema.ts'
import { quantile } from './statistics.ts'

type Bound = NonNullable<AccuracyBlock['bound']>

/**
 * How late a stamp can be: the time that a load thread's loop had been busy before each poll of the measured part, in
 * seconds, of the thread where it was worst. Null when no poll was recorded.
 */
export function boundOf({ batches, moments }: Recording): AccuracyBlock['bound'] {
  const from = moments.measureStart ?? -Infinity
  const to = moments.measureEnd ?? Infinity
  const threads = new Map<number, number[]>()
  for (let row = 0; row < batches.length; row++) {
    const time = batches.time[row] ?? NaN
    if (!(time >= from && time <= to)) continue
    const thread = batches.thread[row] ?? 0
    const busy = threads.get(thread) ?? []
    threads.set(thread, busy)
    busy.push((batches.busy[row] ?? 0) / 1e9)
  }
  const bounds = [...threads.values()].map((busy) => ofThread(busy))
  return bounds.length === 0 ? null : bounds.reduce((worst, bound) => (bound.p99_s > worst.p99_s ? bound : worst))
}

function ofThread(busy: readonly number[]): Bound {
  const sorted = Float64Array.from(busy).sort()
  const max = sorted.at(-1) ?? 0
  return { p50_s: quantile(sorted, 0.5) ?? max, p99_s: quantile(sorted, 0.99) ?? max, max_s: max, polls: sorted.length }
}
