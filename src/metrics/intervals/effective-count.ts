import { sum } from '../statistics.ts'

/** Neighbours looked at; a series that is alike for longer is taken as alike for this long. */
const mostLags = 50

/**
 * How many independent values tell as much of the mean as these do, which follow each other in time:
 * n / (1 + 2 x the sum of their autocorrelations up to the first that is not positive). Requests that were served
 * together are slow together, and count as fewer.
 */
export function effectiveCount(values: ArrayLike<number>): number {
  const count = values.length
  const series = Array.from(values)
  const mean = sum(series) / count
  const off = series.map((value) => value - mean)
  const variance = sum(off.map((value) => value * value))
  if (variance === 0) return count
  let together = 0
  for (let lag = 1; lag <= Math.min(mostLags, count / 4); lag++) {
    let product = 0
    for (let i = lag; i < count; i++) product += (off[i] ?? 0) * (off[i - lag] ?? 0)
    // About the series' own mean, values look less alike than they are (Kendall's correction).
    const alike = product / variance + (1 + 4 * (product / variance)) / count
    if (alike <= 0) break
    together += Math.min(1, alike)
  }
  return Math.max(1, count / (1 + 2 * together))
}
