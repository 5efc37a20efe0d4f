import { expect, test } from 'vitest'
import { coverageOf, trials } from './error-coverage.ts'

test('half of the trials have a hog, half go in lock step, in each pairing, from 1 to 1,024 streams', () => {
  const all = trials(100, 2)
  const count = (hog: boolean, lockStep: boolean) =>
    all.filter((trial) => trial.hog === hog && trial.shape.lockStep === lockStep).length
  expect([count(true, true), count(true, false), count(false, true), count(false, false)]).toEqual([25, 25, 25, 25])
  const streams = all.map(({ shape }) => shape.streams)
  expect([Math.min(...streams), Math.max(...streams)]).toEqual([1, 1024])
})

test('coverage counts errors inside, and weighs widths by what is useful', () => {
  const figure = { figure: 'itl.p50', value: 0.02, low: -1e-4, high: 1e-4 }
  const errors = [0, 5e-5, -1e-4, 2e-4]
  expect(coverageOf(errors.map((error) => ({ ...figure, error })))).toEqual([
    { figure: 'itl.p50', trials: 4, covered: 3, width: expect.closeTo(2e-4, 12), share: expect.closeTo(0.6, 12) },
  ])
  const [wide] = coverageOf([{ ...figure, error: 0, high: 9e-4 }])
  expect(wide?.share).toBeCloseTo(5)
})
