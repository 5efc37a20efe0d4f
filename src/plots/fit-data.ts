import { polynomialAt, polynomialFit, spread } from './polynomial-fit.ts'

interface At {
  readonly x: number
  readonly y: number
}

/** A fit as JSON, with five points of its curve; null without points. */
export function fitData(points: readonly At[], degree: number) {
  const fit = polynomialFit(points, degree)
  if (fit === null) return null
  const x = spread(points, 5)
  return {
    degree,
    n: fit.n,
    rank: fit.rank,
    well_posed: fit.wellPosed,
    coefficients: fit.coefficients,
    at_x: x,
    at_y: x.map((value) => polynomialAt(fit.coefficients, value)),
  }
}

/** The fitted curve from the first to the last x, to be drawn; empty without points. */
export function fitCurve(points: readonly At[], degree: number): At[] {
  const fit = polynomialFit(points, degree)
  if (fit === null) return []
  return spread(points, 161).map((x) => ({ x, y: polynomialAt(fit.coefficients, x) }))
}
