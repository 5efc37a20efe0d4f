import { describe, expect, test } from 'vitest'
import { censoredQuantile, quantile, standardDeviation, summarize } from './statistics.ts'

describe('quantile', () => {
  test('interpolates between order statistics', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5)
    expect(quantile([1, 2, 3, 4], 0.9)).toBeCloseTo(3.7, 12)
  })
  test('takes the ends at 0 and 1', () => {
    expect([quantile([3, 7], 0), quantile([3, 7], 1)]).toEqual([3, 7])
  })
  test('is null of nothing', () => {
    expect(quantile([], 0.5)).toBeNull()
  })
})

describe('censored quantile', () => {
  test('is the plain one when it falls below the lost values', () => {
    expect(censoredQuantile([1, 2, 3, 4], 1, 0.5)).toEqual({ value: 3 })
  })
  test('is only bounded where it falls among the lost values', () => {
    expect(censoredQuantile([1, 2, 3, 4], 1, 0.99)).toEqual({ at_least: 4 })
  })
  test('is only bounded where it lies between the last value and a lost one', () => {
    expect(censoredQuantile([1, 2], 1, 0.75)).toEqual({ at_least: 2 })
  })
  test('knows nothing when all are lost', () => {
    expect(censoredQuantile([], 3, 0.5)).toEqual({ at_least: null })
  })
})

test('the standard deviation has n - 1 in the denominator', () => {
  expect(standardDeviation([1, 3])).toBeCloseTo(Math.SQRT2, 12)
  expect(standardDeviation([1])).toBeNull()
})

describe('summary', () => {
  test('of nothing has count 0 and no numbers', () => {
    expect(summarize('s', [])).toEqual({
      unit: 's',
      count: 0,
      mean: null,
      stddev: null,
      min: null,
      p50: null,
      p90: null,
      p95: null,
      p99: null,
      max: null,
    })
  })
  test('has no censored percentiles when nothing is lost', () => {
    expect(summarize('s', [1, 2])).not.toHaveProperty('censored')
  })
  test('does not depend on the order of the values', () => {
    expect(summarize('s', [3, 1, 2])).toMatchObject({ min: 1, p50: 2, max: 3, mean: 2, stddev: 1 })
  })
})
