import type { IntervalBlock } from '../../result/schema.ts'
import { reach } from '../intervals/probability.ts'
import { mean, standardDeviation } from '../statistics.ts'

/** One figure over several runs of a point. */
export interface AcrossRuns {
  readonly runs: number
  readonly mean: number
  /** Standard deviation between the runs. */
  readonly spread: number
  /** 95 %, by Student's t over the runs; wide with few of them. */
  readonly interval: IntervalBlock
}

/** Null below two runs. */
export function acrossRuns(values: readonly number[]): AcrossRuns | null {
  const [centre, spread] = [mean(values), standardDeviation(values)]
  if (centre === null || spread === null) return null
  const half = (reach(values.length) * spread) / Math.sqrt(values.length)
  // What is never negative is not so on average either.
  const least = values.every((value) => value >= 0) ? 0 : -Infinity
  const interval = { low: Math.max(least, centre - half), high: centre + half }
  return { runs: values.length, mean: centre, spread, interval }
}
