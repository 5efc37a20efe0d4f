import { createHash } from 'node:crypto'

/** A repeatable source of randomness: equal seeds give equal sequences on every platform. */
export interface SeededRandom {
  /** Uniform in [0, 1), 53 bits. */
  next(): number
  /** Uniform integer in [0, bound); `bound` from 1 to 2^53. */
  integer(bound: number): number
  /** A shuffled copy, each order equally likely (Fisher-Yates). */
  shuffle<T>(values: readonly T[]): T[]
}

/**
 * sfc32 (Chris Doty-Humphrey's Small Fast Counting generator, 32-bit words) with its state taken from the sha256 of the seed,
 * so that near seeds give unrelated sequences. Several parts are joined unambiguously: `(1, 'a')` is not `('1a')`.
 */
export function seededRandom(...seed: readonly (string | number)[]): SeededRandom {
  const digest = createHash('sha256').update(JSON.stringify(seed)).digest()
  let a = digest.readUInt32LE(0)
  let b = digest.readUInt32LE(4)
  let c = digest.readUInt32LE(8)
  let counter = 1

  const word = (): number => {
    const result = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + result) | 0
    return result >>> 0
  }
  for (let i = 0; i < 12; i++) word()

  const next = (): number => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53
  const integer = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    integer,
    shuffle: (values) => {
      const copy = [...values]
      for (let i = copy.length - 1; i > 0; i--) {
        const j = integer(i + 1)
        const kept = copy[i] as (typeof copy)[number]
        copy[i] = copy[j] as (typeof copy)[number]
        copy[j] = kept
      }
      return copy
    },
  }
}
