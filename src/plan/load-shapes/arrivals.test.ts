import { describe, expect, test } from 'vitest'
import type { Arrival, Stage } from '../types.ts'
import { arrivalSchedule } from './arrivals.ts'
import { constantStage } from './open-loop.ts'

const schedule = (arrival: Arrival, stages: readonly Stage[], requests: number | null = null, seed = 42) =>
  arrivalSchedule({ arrival, stages, requests, seed })
const times = (...given: Parameters<typeof schedule>) => [...schedule(...given).seconds]
const gaps = (list: readonly number[]) => list.map((time, index) => time - (list[index - 1] ?? 0))
const constant = { kind: 'constant' } as const
const poisson = { kind: 'poisson' } as const
const gamma = (burstiness: number) => ({ kind: 'gamma', burstiness }) as const

/** Kolmogorov's distance of a sample from a law, times the root of its size: over 1.95 by chance once in a thousand. */
function distance(sample: readonly number[], law: (value: number) => number): number {
  const sorted = sample.toSorted((a, b) => a - b)
  const count = sorted.length
  const worst = sorted.map((value, index) => Math.max(law(value) - index / count, (index + 1) / count - law(value)))
  return Math.max(...worst) * Math.sqrt(count)
}

/** The gamma law of mean 1 at whole shapes: 1 - e^-kx sum (kx)^i / i!, and erf at shape 1/2. */
function gammaLaw(shape: number): (value: number) => number {
  return (value) => {
    const x = shape * value
    let term = 1
    let sum = 0
    for (let i = 0; i < shape; i++) {
      sum += term
      term *= x / (i + 1)
    }
    return 1 - Math.exp(-x) * sum
  }
}

/** Abramowitz and Stegun 7.1.26, to 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * x)
  const series = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429]
  return 1 - series.reduceRight((sum, factor) => (sum + factor) * t, 0) * Math.exp(-x * x)
}

describe('laws', () => {
  test('constant gaps are even, without the drift of a sum', () => {
    expect(times(constant, [constantStage(10, 3)])).toEqual(Array.from({ length: 30 }, (_, index) => index / 10))
  })

  test('poisson gaps are exponential', () => {
    const law = (value: number) => 1 - Math.exp(-value * 4)
    expect(distance(gaps(times(poisson, [constantStage(4, null)], 5000)), law)).toBeLessThan(1.95)
  })

  test.each([3, 1])('gamma gaps of shape %s', (shape) => {
    const found = gaps(times(gamma(shape), [constantStage(1, null)], 5000))
    expect(distance(found, gammaLaw(shape))).toBeLessThan(1.95)
  })

  test('gamma gaps of shape 1/2', () => {
    const found = gaps(times(gamma(0.5), [constantStage(1, null)], 5000))
    expect(distance(found, (value) => erf(Math.sqrt(value / 2)))).toBeLessThan(1.95)
  })

  test('the test tells a law from another', () => {
    const found = gaps(times(gamma(0.5), [constantStage(1, null)], 5000))
    expect(distance(found, (value) => 1 - Math.exp(-value))).toBeGreaterThan(5)
  })

  test('gaps are independent: neighbours are not correlated', () => {
    const found = gaps(times(poisson, [constantStage(1, null)], 5000)).map((gap) => gap - 1)
    const products = found.slice(1).map((gap, index) => gap * found[index]!)
    expect(Math.abs(products.reduce((sum, each) => sum + each, 0) / products.length)).toBeLessThan(0.06)
  })
})

describe('rates', () => {
  test('the same seed is the same pattern at every rate', () => {
    const slow = times(poisson, [constantStage(2, null)], 100)
    const fast = times(poisson, [constantStage(8, null)], 100)
    for (const [index, time] of fast.entries()) expect(time).toBeCloseTo(slow[index]! / 4, 9)
  })

  test('another seed is another pattern', () => {
    expect(times(poisson, [constantStage(2, null)], 3, 1)).not.toEqual(times(poisson, [constantStage(2, null)], 3, 2))
  })

  test('nothing is rescaled: a poisson count differs from rate x time', () => {
    const counts = [1, 2, 3, 4, 5, 6].map((seed) => times(poisson, [constantStage(10, 100)], null, seed).length)
    expect(new Set(counts).size).toBeGreaterThan(1)
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000))
  })

  test('the first of time and requests ends it', () => {
    expect(times(constant, [constantStage(10, 3)], 5).length).toBe(5)
    expect(times(constant, [constantStage(10, 3)], 500).length).toBe(30)
  })

  test('stages follow one another', () => {
    const { seconds, stage } = schedule(constant, [constantStage(2, 2), constantStage(4, 1)])
    expect([...seconds]).toEqual([0, 0.5, 1, 1.5, 2, 2.25, 2.5, 2.75])
    expect([...stage]).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
  })

  test('a ramp sends as its rate grows', () => {
    const found = times(constant, [{ startRate: 0, endRate: 20, seconds: 10 }])
    expect(found.length).toBe(100)
    for (const [index, time] of found.entries()) expect(time).toBeCloseTo(Math.sqrt(index), 9)
  })

  test('a falling ramp ends where its rate does', () => {
    const found = times(constant, [{ startRate: 20, endRate: 0, seconds: 10 }])
    expect(found.length).toBe(100)
    expect(found[50]).toBeCloseTo(10 - Math.sqrt(50), 9)
    expect(found.at(-1)).toBeLessThan(10)
  })

  test('poisson arrivals within a ramp are poisson in its integral', () => {
    const found = times(poisson, [{ startRate: 0, endRate: 1000, seconds: 10 }])
    const expected = found.map((time) => 50 * time * time)
    expect(distance(gaps(expected), (value) => 1 - Math.exp(-value))).toBeLessThan(1.95)
  })
})
