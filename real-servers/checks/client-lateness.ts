import type { Point } from '../suite/suite.ts'

/** By how much the load generator's stamps may be late, by its own word: p99 in seconds; null: it does not say. */
export function clientLateness({ accuracy }: Pick<Point, 'accuracy'>): number | null {
  const said = [accuracy.in_situ?.p99_s, accuracy.bound?.p99_s].filter((seconds) => seconds !== undefined)
  return said.length === 0 ? null : Math.max(...said)
}
