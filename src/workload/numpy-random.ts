const stateWords = 624
const shiftWords = 397

/**
 * numpy's legacy `RandomState(seed)` as far as `normal` goes: MT19937 seeded by one 32-bit integer, doubles of 53 bits,
 * and normal numbers by the polar method, which makes two at a time and keeps one for the next call.
 */
export class NumpyRandomState {
  private readonly state = new Uint32Array(stateWords)
  private position = stateWords
  private spare: number | null = null

  /** `seed`: an integer from 0 to 2^32 - 1. */
  constructor(seed: number) {
    this.state[0] = seed
    for (let i = 1; i < stateWords; i++) {
      const before = this.state[i - 1] as number
      this.state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i
    }
  }

  normal(mean: number, deviation: number): number {
    return mean + deviation * this.gauss()
  }

  private gauss(): number {
    if (this.spare !== null) {
      const kept = this.spare
      this.spare = null
      return kept
    }
    let x: number
    let y: number
    let squared: number
    do {
      x = 2 * this.double() - 1
      y = 2 * this.double() - 1
      squared = x * x + y * y
    } while (squared >= 1 || squared === 0)
    const factor = Math.sqrt((-2 * Math.log(squared)) / squared)
    this.spare = factor * x
    return factor * y
  }

  /** Uniform in [0, 1) from two words. */
  private double(): number {
    const high = this.word() >>> 5
    const low = this.word() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }

  private word(): number {
    if (this.position === stateWords) this.twist()
    let y = this.state[this.position++] as number
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  private twist(): void {
    const { state } = this
    for (let i = 0; i < stateWords; i++) {
      const joined = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % stateWords] as number) & 0x7fffffff)
      const shifted = (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0)
      state[i] = (state[(i + shiftWords) % stateWords] as number) ^ shifted
    }
    this.position = 0
  }
}
