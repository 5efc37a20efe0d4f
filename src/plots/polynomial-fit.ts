/** A least-squares polynomial. Where the points are too few for the degree, the one of the highest degree that they fix. */
export interface PolynomialFit {
  readonly degree: number
  /** Points fitted. */
  readonly n: number
  /** Coefficients that the points fix: at most the number of distinct x. */
  readonly rank: number
  /** All coefficients are fixed by the points. */
  readonly wellPosed: boolean
  /** Highest power first, degree + 1 of them. */
  readonly coefficients: readonly number[]
}

/**
 * Fits y = c0 x^d + ... + cd by Householder QR on the columns x^d .. 1 scaled to unit length: normal equations lose half the
 * digits of a quartic over clients 1 to 32. Null without points.
 */
export function polynomialFit(
  points: readonly { readonly x: number; readonly y: number }[],
  degree: number,
): PolynomialFit | null {
  if (points.length === 0) return null
  const distinct = new Set(points.map((point) => point.x)).size
  const rank = Math.min(degree + 1, distinct)
  const columns = Array.from({ length: rank }, (_, j) => points.map(({ x }) => x ** (rank - 1 - j)))
  const scales = columns.map((column) => Math.hypot(...column) || 1)
  const scaled = columns.map((column, j) => column.map((value) => value / (scales[j] ?? 1)))
  const solved = leastSquares(
    scaled,
    points.map((point) => point.y),
  )
  const missing = Array.from({ length: degree + 1 - rank }, () => 0)
  return {
    degree,
    n: points.length,
    rank,
    wellPosed: rank === degree + 1,
    coefficients: [...missing, ...solved.map((value, j) => value / (scales[j] ?? 1))],
  }
}

/** Horner's rule; highest power first. */
export function polynomialAt(coefficients: readonly number[], x: number): number {
  let value = 0
  for (const coefficient of coefficients) value = value * x + coefficient
  return value
}

/** `count` numbers from the smallest to the largest x, evenly. */
export function spread(points: readonly { readonly x: number }[], count: number): number[] {
  const xs = points.map((point) => point.x)
  const [low, high] = [Math.min(...xs), Math.max(...xs)]
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? high : low + ((high - low) * i) / (count - 1)))
}

/** Householder reflections of the columns, then back substitution. The columns must be independent. */
function leastSquares(columns: number[][], target: readonly number[]): number[] {
  const rows = target.length
  const size = columns.length
  const rest = [...target]
  for (const [k, column] of columns.entries()) {
    const norm = Math.hypot(...column.slice(k))
    if (norm === 0) continue
    const alpha = (column[k] ?? 0) > 0 ? -norm : norm
    const mirror = column.map((value, i) => (i < k ? 0 : i === k ? value - alpha : value))
    const length = mirror.reduce((sum, value) => sum + value * value, 0)
    if (length === 0) continue
    for (const vector of [...columns.slice(k), rest]) {
      let dot = 0
      for (let i = k; i < rows; i++) dot += (mirror[i] ?? 0) * (vector[i] ?? 0)
      const factor = (2 * dot) / length
      for (let i = k; i < rows; i++) vector[i] = (vector[i] ?? 0) - factor * (mirror[i] ?? 0)
    }
  }
  const solution = Array.from({ length: size }, () => 0)
  for (let k = size - 1; k >= 0; k--) {
    let value = rest[k] ?? 0
    for (let j = k + 1; j < size; j++) value -= (columns[j]?.[k] ?? 0) * (solution[j] ?? 0)
    const pivot = columns[k]?.[k] ?? 0
    solution[k] = pivot === 0 ? 0 : value / pivot
  }
  return solution
}
