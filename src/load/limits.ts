import type { Limits } from './plan.ts'

/** Limits of one request in ns; Infinity where there is none. */
export interface LimitsNs {
  readonly connect: number
  readonly firstByte: number
  readonly idle: number
  readonly total: number
}

export function limitsInNs(limits: Limits): LimitsNs {
  const ns = (seconds: number | null): number => (seconds === null ? Infinity : seconds * 1e9)
  return {
    connect: ns(limits.connect),
    firstByte: ns(limits.firstByte),
    idle: ns(limits.idle),
    total: ns(limits.total),
  }
}

/** What the sweep looks at. */
export interface Limited {
  /** Place in the sweep's list; belongs to the sweep. */
  sweepIndex: number
  checkLimits(now: number): void
  /** Gives it up, which removes it. */
  cancel(text: string): void
}

/**
 * One timer for all requests in flight. Requests check their limits themselves at each read, so the sweep only has to
 * find those that get no more bytes, and its period decides when they are ended, not how they are judged.
 */
export class LimitSweep {
  readonly #now: () => number
  readonly #onTick: () => void
  /**
   * A list and no Set: a Set that has been grown out of refers to the next one, and so keeps all that was ever in it until
   * the old generation is collected.
   */
  readonly #live: Limited[] = []
  readonly #timer: NodeJS.Timeout

  /** `onTick` is called at the end of each period's work. */
  constructor(limits: LimitsNs, now: () => number, onTick: () => void) {
    this.#now = now
    this.#onTick = onTick
    const shortest = Math.min(limits.connect, limits.firstByte, limits.idle, limits.total) / 1e6
    this.#timer = setInterval(() => this.#tick(), Math.min(100, Math.max(5, shortest / 10)))
  }

  add(one: Limited): void {
    one.sweepIndex = this.#live.length
    this.#live.push(one)
  }

  remove(one: Limited): void {
    const last = this.#live.pop()!
    if (last === one) return
    last.sweepIndex = one.sweepIndex
    this.#live[one.sweepIndex] = last
  }

  /** Gives up all requests in flight. */
  cancelAll(text: string): void {
    for (let index = this.#live.length - 1; index >= 0; index--) this.#live[index]?.cancel(text)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** An immediate set by a timer runs after the next poll: bytes that were already there have been read by then. */
  #tick(): void {
    setImmediate(() => {
      const now = this.#now()
      for (let index = this.#live.length - 1; index >= 0; index--) this.#live[index]?.checkLimits(now)
      this.#onTick()
    })
  }
}
