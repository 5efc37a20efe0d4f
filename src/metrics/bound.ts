import type { BatchColumns, Recording } from '../recording/recording.ts'
import type { AccuracyBlock } from '../result/schema.ts'
import { quantile } from './statistics.ts'

type Bound = NonNullable<AccuracyBlock['bound']>

/** How late the stamp of a poll can be, ns: by the work of the loop before it, and by its wait for a core. */
export function latenessOf({ busy, runDelay }: BatchColumns, batch: number): number {
  return (busy[batch] ?? 0) + (runDelay[batch] ?? 0)
}

/**
 * How late a stamp can be: the time that a load thread's loop had been busy before the poll that brought it, or had then
 * waited for a core, in seconds, of the thread where it was worst. Quantiles are over reads, not polls: a long turn is one poll in thousands, and makes late all
 * that came meanwhile. Null when no poll was recorded.
 */
export function boundOf({ batches, moments }: Recording): AccuracyBlock['bound'] {
  const from = moments.measureStart ?? -Infinity
  const to = moments.measureEnd ?? Infinity
  const threads = new Map<number, Polls>()
  for (let row = 0; row < batches.length; row++) {
    const time = batches.time[row] ?? NaN
    if (!(time >= from && time <= to)) continue
    const thread = batches.thread[row] ?? 0
    const polls = threads.get(thread) ?? { rows: [], reads: 0 }
    threads.set(thread, polls)
    polls.rows.push(row)
    polls.reads += batches.reads[row] ?? 1
  }
  const bounds = [...threads.values()].map((polls) => ofThread(polls, batches))
  return bounds.length === 0 ? null : bounds.reduce((worst, bound) => (bound.p99_s > worst.p99_s ? bound : worst))
}

/** Rows of `batches`, and how many reads they had in all. */
interface Polls {
  readonly rows: number[]
  reads: number
}

function ofThread({ rows, reads }: Polls, batches: BatchColumns): Bound {
  const overReads = (nanoseconds: (row: number) => number) => {
    const sorted = new Float64Array(reads)
    let filled = 0
    for (const row of rows) {
      const end = filled + (batches.reads[row] ?? 1)
      sorted.fill(nanoseconds(row) / 1e9, filled, end)
      filled = end
    }
    return sorted.sort()
  }
  const late = overReads((row) => latenessOf(batches, row))
  const max = late.at(-1) ?? 0
  return {
    p50_s: quantile(late, 0.5) ?? max,
    p99_s: quantile(late, 0.99) ?? max,
    max_s: max,
    run_delay_p99_s: quantile(
      overReads((row) => batches.runDelay[row] ?? 0),
      0.99,
    )!,
    polls: rows.length,
  }
}
