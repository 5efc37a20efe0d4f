import { sum } from '../statistics.ts'
import { effectiveCount } from './effective-count.ts'

/**
 * Standard error of the mean of values that follow each other in time, and how many independent values it rests on; null
 * below three. `lengths`: what each value depends on by plan, such as the tokens of an answer. Lengths are drawn
 * independently and would hide that what is left of the values, the pace of the server, is alike for a while: the two parts
 * are taken apart by a straight line. `together`: how many requests are served at once; they share the server's pace, so that
 * no more than two of them count for each time that all were served.
 */
export function standardError(
  values: readonly number[],
  lengths: readonly number[] | null = null,
  together = 1,
): { readonly error: number; readonly effective: number } | null {
  const count = values.length
  if (count < 3) return null
  const off = centred(values)
  const by = lengths === null ? off.map(() => 0) : centred(lengths)
  const spread = squares(by)
  const slope = spread === 0 ? 0 : sum(off.map((value, i) => value * (by[i] ?? 0))) / spread
  const left = off.map((value, i) => value - slope * (by[i] ?? 0))
  const independent = Math.min(effectiveCount(left), Math.max(1, (2 * count) / together))
  const variance = (squares(left) / independent + (slope * slope * spread) / count) / (count - 1)
  if (independent < 3) return null
  return { error: Math.sqrt(variance), effective: independent }
}

function centred(values: readonly number[]): number[] {
  const mean = sum(values) / values.length
  return values.map((value) => value - mean)
}

const squares = (values: readonly number[]) => sum(values.map((value) => value * value))
