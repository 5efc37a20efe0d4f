import { expect, test } from 'vitest'
import { axisFromZero, axisOver } from './axis.ts'

test.each([
  [2.52, { max: 3, ticks: [0, 0.5, 1, 1.5, 2, 2.5, 3], format: ',.1f' }],
  [23, { max: 25, ticks: [0, 5, 10, 15, 20, 25], format: ',.0f' }],
  [0.085, { max: 0.1, ticks: [0, 0.02, 0.04, 0.06, 0.08, 0.1], format: ',.2f' }],
  [1.4, { max: 1.5, ticks: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5], format: ',.2f' }],
  [1234, { max: 1250, ticks: [0, 250, 500, 750, 1000, 1250], format: ',.0f' }],
])('up to %d: round steps, and the decimals that they need', (max, axis) => {
  expect(axisFromZero(max)).toEqual({ min: 0, ...axis })
})

test('a largest value of 0 still gives an axis', () => {
  expect(axisFromZero(0).max).toBe(1)
})

test('an axis over negative values ends at ticks on both sides', () => {
  expect(axisOver(-108, 17)).toMatchObject({ min: -125, max: 25, ticks: [-125, -100, -75, -50, -25, 0, 25] })
})
