import { NumpyRandomState } from './numpy-random.ts'
import type { SeededRandom } from './seeded-random.ts'

/** Token lengths of the requests of one point: normal with mean `mean` and deviation `variation` x `mean`, clipped to [1, max]. */
export interface LengthShape {
  /** Tokens, at least 1. */
  readonly mean: number
  /** Standard deviation as a share of the mean. */
  readonly variation: number
  /** Longest length in tokens; null: no upper limit. */
  readonly max: number | null
}

/**
 * `count` lengths whose sum is exactly round(count x mean), in random order.
 *
 * Stratified: length k is the quantile at (k + 0.5) / count of the clipped normal, clip(m + s z_k, 1, max) with
 * s = variation x mean. The centre m is the mean, moved by as much as the clipping takes away, so that the average of the
 * clipped quantiles is the mean. They are rounded down, and the tokens still missing from the sum go to the largest remainders.
 */
export function stratifiedLengths(shape: LengthShape, count: number, random: SeededRandom): number[] {
  if (count === 0) return []
  const max = shape.max ?? Number.MAX_SAFE_INTEGER
  const mean = Math.min(Math.max(shape.mean, 1), max)
  const deviation = shape.variation * shape.mean
  const offsets = Array.from({ length: count }, (_, k) => deviation * standardNormalQuantile((k + 0.5) / count))
  const clippedAround = (centre: number): number[] =>
    offsets.map((offset) => Math.min(Math.max(centre + offset, 1), max))

  let low = mean - 10 * deviation
  let high = mean + 10 * deviation
  for (let i = 0; i < 80 && high > low; i++) {
    const middle = (low + high) / 2
    if (sum(clippedAround(middle)) < count * mean) low = middle
    else high = middle
  }
  return random.shuffle(roundedToSum(clippedAround((low + high) / 2), Math.round(count * mean)))
}

/**
 * The original's draws: numpy's legacy generator, all prompt lengths first, then all output lengths, each
 * int(normal(mean, variation x mean)), prompts cut at their maximum. A draw below 1, which the original would send as it is,
 * becomes 1; `raised` counts them.
 */
export function classicLengths(
  prompt: LengthShape,
  output: LengthShape,
  count: number,
  seed: number,
): { readonly prompt: number[]; readonly output: number[]; readonly raised: number } {
  const random = new NumpyRandomState(seed)
  let raised = 0
  const draw = (shape: LengthShape): number => {
    const drawn = Math.trunc(random.normal(shape.mean, shape.variation * shape.mean))
    const cut = Math.min(drawn, shape.max ?? drawn)
    if (cut < 1) raised++
    return Math.max(cut, 1)
  }
  const promptLengths = Array.from({ length: count }, () => draw(prompt))
  const outputLengths = Array.from({ length: count }, () => draw(output))
  return { prompt: promptLengths, output: outputLengths, raised }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Whole numbers with the given sum, each at its value rounded down or one more (the largest remainders first). */
function roundedToSum(values: readonly number[], total: number): number[] {
  const whole = values.map((value) => Math.floor(value + 1e-9))
  const byRemainder = values
    .map((value, index) => ({ index, remainder: value - (whole[index] as number) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index)
  const missing = total - sum(whole)
  for (const { index } of byRemainder.slice(0, Math.max(0, missing))) whole[index] = (whole[index] as number) + 1
  return whole
}

/** P(Z <= x): 1/2 + density(x) (x + x^3/3 + x^5/(3 5) + ...), Marsaglia 2004, exact to about 1e-15 for |x| < 7. */
export function standardNormalCdf(x: number): number {
  if (x < -7) return 0
  if (x > 7) return 1
  let term = x
  let series = x
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(series); k += 2) {
    term *= (x * x) / k
    series += term
  }
  return 0.5 + (series * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
}

/** The x with P(Z <= x) = p, by bisection; antisymmetric around p = 0.5 to the last bit. */
export function standardNormalQuantile(p: number): number {
  if (p > 0.5) return -standardNormalQuantile(1 - p)
  if (p === 0.5) return 0
  let low = -7
  let high = 0
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (standardNormalCdf(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
