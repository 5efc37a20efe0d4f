import { expect, test } from 'vitest'
import { NumpyRandomState } from './numpy-random.ts'

test('normal draws are those of numpy.random.RandomState(42)', () => {
  const random = new NumpyRandomState(42)
  const expected = [
    0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254, -0.23415337472333597,
  ]
  for (const value of expected) expect(random.normal(0, 1)).toBeCloseTo(value, 14)
})

test('the state is renewed as in numpy: the 2001st draw and the sum agree for seed 0', () => {
  const random = new NumpyRandomState(0)
  const draws = Array.from({ length: 2001 }, () => random.normal(0, 1))
  expect(draws.at(-1)).toBeCloseTo(-1.5329210534301279, 13)
  expect(draws.reduce((a, b) => a + b)).toBeCloseTo(-33.17268822746184, 10)
})
