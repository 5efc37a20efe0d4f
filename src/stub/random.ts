import { mulberry32 } from '../mulberry32.ts'

/** Uniform numbers in [0, 1). */
export type Random = () => number

/** A stream of its own for each pair of seed and index, so that requests do not share one. */
export function seededRandom(seed: number, index: number): Random {
  return mulberry32(Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul((index | 0) + 1, 0x85ebca6b))
}
