import type { LoadProgress } from './plan.ts'

const perSecond = 4

/**
 * Counts for the live line, told once a second and soon after a phase began: a message to the parent costs the loop
 * 0.3 ms, and at four a second that would be the 99th percentile of its busy time. Counts are of the phase: warm-up,
 * else measured.
 */
export class Progress {
  readonly #tell: (progress: LoadProgress) => void
  readonly #timer: NodeJS.Timeout
  readonly #recent: number[] = new Array<number>(perSecond).fill(0)
  #ticks = 0
  #tokens = 0
  #phase: LoadProgress['phase'] = 'connect'
  #planned = 0
  #sent = 0
  #done = 0
  #failed = 0

  /** `onTick` is called before each report. */
  constructor(tell: (progress: LoadProgress) => void, onTick: () => void) {
    this.#tell = tell
    this.#timer = setInterval(() => {
      this.#advance()
      this.#ticks++
      if (this.#ticks !== 1 && this.#ticks % perSecond !== 0) return
      onTick()
      this.report()
    }, 1000 / perSecond)
  }

  /** Counts start anew, but `drain` goes on with those of `measure`. */
  enter(phase: LoadProgress['phase'], planned: number): void {
    this.#phase = phase
    if (phase === 'drain') return
    this.#ticks = 0
    this.#planned = planned
    this.#sent = 0
    this.#done = 0
    this.#failed = 0
  }

  sent(): void {
    this.#sent++
  }

  done(): void {
    this.#done++
  }

  failed(): void {
    this.#failed++
  }

  tokens(count: number): void {
    this.#tokens += count
  }

  report(): void {
    this.#tell({
      phase: this.#phase,
      planned: this.#planned,
      sent: this.#sent,
      done: this.#done,
      failed: this.#failed,
      tokensPerSecond: this.#recent.reduce((sum, tokens) => sum + tokens, 0),
      inFlight: this.#sent - this.#done,
    })
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #advance(): void {
    this.#recent.shift()
    this.#recent.push(this.#tokens)
    this.#tokens = 0
  }
}
