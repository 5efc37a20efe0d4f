import { expect, test } from 'vitest'
import { polynomialAt, polynomialFit, spread } from './polynomial-fit.ts'

const points = (f: (x: number) => number, xs: readonly number[]) => xs.map((x) => ({ x, y: f(x) }))
const clients = [1, 2, 4, 6, 8, 12, 16, 20, 24, 28, 32]

test('a quartic over clients 1 to 32 is found again to 1e-11 of its values', () => {
  const quartic = (x: number) => 1e-5 * x ** 4 - 8e-4 * x ** 3 + 0.02 * x ** 2 - 0.1 * x + 0.7
  const fit = polynomialFit(points(quartic, clients), 4)!
  for (const x of clients) expect(Math.abs(polynomialAt(fit.coefficients, x) - quartic(x))).toBeLessThan(1e-11)
  expect(fit).toMatchObject({ rank: 5, wellPosed: true, n: 11 })
})

test('a line through noise minimises the squares', () => {
  const fit = polynomialFit(
    [
      { x: 0, y: 0 },
      { x: 1, y: 2 },
      { x: 2, y: 1 },
    ],
    1,
  )!
  expect(fit.coefficients.map((value) => Number(value.toFixed(12)))).toEqual([0.5, 0.5])
})

test('too few points lower the degree and say so', () => {
  const fit = polynomialFit(
    points((x) => 3 * x, [1, 2]),
    3,
  )!
  expect(fit).toMatchObject({ rank: 2, wellPosed: false })
  expect(polynomialAt(fit.coefficients, 2)).toBeCloseTo(6, 12)
})

test('equal x count once', () => {
  const same = [1, 2, 3].map((y) => ({ x: 5, y }))
  expect(polynomialAt(polynomialFit(same, 3)!.coefficients, 5)).toBeCloseTo(2, 12)
})

test('no points, no fit', () => {
  expect(polynomialFit([], 3)).toBeNull()
})

test('spread ends where the points end', () => {
  expect(
    spread(
      points((x) => x, [0.1, 0.7]),
      3,
    ),
  ).toEqual([0.1, 0.4, 0.7])
})
