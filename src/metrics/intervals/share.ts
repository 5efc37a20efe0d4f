import type { IntervalBlock } from '../../result/schema.ts'
import { sum } from '../statistics.ts'
import { effectiveCount } from './effective-count.ts'
import { confidence, studentQuantile } from './probability.ts'

/** 95 % interval of a share by Wilson's score; `met` in order of sending, neighbours that are alike count as fewer. */
export function shareInterval(met: readonly boolean[]): IntervalBlock {
  if (met.length === 0) return { low: null, high: null }
  const values = met.map(Number)
  const count = effectiveCount(values)
  const share = sum(values) / values.length
  const z = studentQuantile((1 + confidence) / 2, Infinity)
  const middle = (share + (z * z) / (2 * count)) / (1 + (z * z) / count)
  const half = (z / (1 + (z * z) / count)) * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
