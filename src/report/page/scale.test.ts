import { expect, test } from 'vitest'
import { apart, scaleOf } from './scale.ts'

test('starts at 0 and ends at a round number beyond the values', () => {
  const scale = scaleOf([3, 7.2], 0, 100, 4)
  expect(scale.ticks).toEqual([0, 2, 4, 6, 8])
  expect([0, 4, 8].map((value) => scale.at(value))).toEqual([0, 50, 100])
})

test('is logarithmic where the values span much, with equal ways for equal ratios', () => {
  const scale = scaleOf([1, 10, 100], 0, 100, 4)
  expect(scale.log).toBe(true)
  expect(scale.at(10) - scale.at(1)).toBeCloseTo(scale.at(100) - scale.at(10), 9)
  expect(scale.ticks).toEqual([1, 2, 5, 10, 20, 50, 100])
})

test('has a place for one value, for zeros, and for none', () => {
  expect(scaleOf([5], 0, 100, 4).at(5)).toBeGreaterThan(0)
  expect(scaleOf([0, 0], 0, 100, 4).at(0)).toBe(0)
  expect(scaleOf([], 0, 100, 4).ticks.length).toBeGreaterThan(1)
})

test('marks too near each other give way to the last', () => {
  expect(apart([0, 10, 30, 35], 20)).toEqual([false, true, false, true])
})
