import { type Ending, endings } from '../../recording/vocabulary.ts'
import type { LoadProgress } from '../plan.ts'
import type { SaturationCounts } from '../saturation.ts'
import { Line } from './line.ts'

const phases = ['connect', 'warmup', 'measure', 'drain'] as const satisfies readonly LoadProgress['phase'][]

/** Words of the memory. */
const word = { ending: 0, phase: 1, next: 2, failed: 3, due: 4, ended: 5 } as const
const headWords = 8
const lineWords = 3
const balanceWords = 1
/** Words of a thread: a cache line of its own. */
const threadWords = 16
const count = { sent: 0, done: 1, failed: 2, tokens: 3 } as const
/** Of the warm-up, then of the measured part. */
const countsOfPhase = 4

export interface PhaseCounts {
  readonly sent: number
  readonly done: number
  readonly failed: number
  /** Tokens of all phases; wraps around. */
  readonly tokens: number
}

export interface SharedSize {
  readonly threads: number
  /** Measured ones. */
  readonly requests: number
  readonly endpoints: number
}

/** What the load threads of a point share, in memory that all of them see: one queue, one cap, one end. */
export class SharedState {
  readonly memory: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #threads: number
  /** For `createBalancer`. */
  readonly balance: Int32Array
  readonly #line: Int32Array

  /** `memory`: that of another thread, of the same size. */
  constructor({ threads, requests, endpoints }: SharedSize, memory?: SharedArrayBuffer) {
    const balance = headWords + threads * threadWords
    const line = balance + balanceWords + endpoints
    this.memory = memory ?? new SharedArrayBuffer(4 * (line + lineWords + requests))
    this.#words = new Int32Array(this.memory)
    this.#threads = threads
    this.balance = this.#words.subarray(balance, line)
    this.#line = this.#words.subarray(line)
  }

  /** Why nothing more is sent; null: more is. */
  get ending(): Ending | null {
    return endings[Atomics.load(this.#words, word.ending) - 1] ?? null
  }

  /** The first one stands, but an abort stands over all. */
  end(ending: Ending): void {
    const value = endings.indexOf(ending) + 1
    if (ending === 'aborted') Atomics.store(this.#words, word.ending, value)
    else Atomics.compareExchange(this.#words, word.ending, 0, value)
  }

  get phase(): LoadProgress['phase'] {
    return phases[Atomics.load(this.#words, word.phase)]!
  }

  /** There is no way back to an earlier phase. */
  enter(phase: LoadProgress['phase']): void {
    const value = phases.indexOf(phase)
    if (value > Atomics.load(this.#words, word.phase)) Atomics.store(this.#words, word.phase, value)
  }

  /** Takes the next place of the queue. */
  takeNext(): number {
    return Atomics.add(this.#words, word.next, 1)
  }

  /** Measured requests that failed, with this one. */
  addFailure(): number {
    return Atomics.add(this.#words, word.failed, 1) + 1
  }

  saturationCounts(): SaturationCounts {
    const words = this.#words
    return {
      addDue: () => void Atomics.add(words, word.due, 1),
      addEnded: () => void Atomics.add(words, word.ended, 1),
      due: () => Atomics.load(words, word.due),
      ended: () => Atomics.load(words, word.ended),
    }
  }

  line(cap: { readonly maxConcurrency: number; readonly onCap: 'queue' | 'drop' } | null): Line {
    return new Line(this.#line, cap)
  }

  /** Counts of one thread: only that thread adds to them. */
  countsOf(thread: number): ThreadCounts {
    const start = headWords + thread * threadWords
    return new ThreadCounts(this.#words.subarray(start, start + threadWords))
  }

  /** Sums over the threads, of the phase that is. */
  counts(): PhaseCounts {
    const measured = phases.indexOf(this.phase) >= phases.indexOf('measure')
    const sum = (place: number): number => {
      let all = 0
      for (let thread = 0; thread < this.#threads; thread++) {
        all += this.#words[headWords + thread * threadWords + place]!
      }
      return all
    }
    const from = measured ? countsOfPhase : 0
    return {
      sent: sum(from + count.sent),
      done: sum(from + count.done),
      failed: sum(from + count.failed),
      tokens: sum(count.tokens) | 0,
    }
  }
}

export class ThreadCounts {
  readonly #words: Int32Array

  constructor(words: Int32Array) {
    this.#words = words
  }

  add(what: 'sent' | 'done' | 'failed', measured: boolean): void {
    this.#words[count[what] + (measured ? countsOfPhase : 0)]!++
  }

  tokens(tokens: number): void {
    this.#words[count.tokens]! += tokens
  }
}
