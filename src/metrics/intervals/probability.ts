import { incompleteBeta } from './incomplete-beta.ts'

/** The share of cases that an interval shown must hold. */
export const confidence = 0.95

/** P(at most `count` of `trials` succeed), each with probability `share`. */
export function binomialCdf(count: number, trials: number, share: number): number {
  if (count < 0) return 0
  return count >= trials ? 1 : incompleteBeta(1 - share, trials - count, count + 1)
}

/** Student's t below which `share` of the distribution lies; `degrees` may be Infinity (the normal distribution). */
export function studentQuantile(share: number, degrees: number): number {
  if (share < 0.5) return -studentQuantile(1 - share, degrees)
  const finite = Math.min(degrees, 1e7)
  let low = 0
  let high = 1
  while (studentCdf(high, finite) < share) high *= 2
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (studentCdf(middle, finite) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** For t >= 0. */
const studentCdf = (t: number, degrees: number) => 1 - incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2

/** How many standard errors reach to either side of a 95 % interval of a mean of `count` values. */
export const reach = (count: number) => studentQuantile((1 + confidence) / 2, count - 1)
