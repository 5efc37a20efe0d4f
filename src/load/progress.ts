import type { LoadProgress } from './plan.ts'
import type { SharedState } from './threads/shared-state.ts'

const perSecond = 4

/**
 * Tells of the counts once a second and soon after a phase began: a message to the parent costs the loop that sends it
 * 0.3 ms, and at four a second that would be the 99th percentile of its busy time. Counts are of the phase: warm-up, else
 * measured.
 */
export class Progress {
  readonly #shared: SharedState
  readonly #planned: Readonly<Record<LoadProgress['phase'], number>>
  readonly #tell: (progress: LoadProgress) => void
  readonly #timer: NodeJS.Timeout
  readonly #recent: number[] = new Array<number>(perSecond).fill(0)
  #ticks = 0
  #tokens = 0
  #phase: LoadProgress['phase'] = 'connect'

  /** `onTick` is called before each report. */
  constructor(
    shared: SharedState,
    planned: Readonly<Record<LoadProgress['phase'], number>>,
    tell: (progress: LoadProgress) => void,
    onTick: () => void,
  ) {
    this.#shared = shared
    this.#planned = planned
    this.#tell = tell
    this.#timer = setInterval(() => {
      this.#advance()
      if (this.#ticks !== 1 && this.#ticks % perSecond !== 0) return
      onTick()
      this.report()
    }, 1000 / perSecond)
  }

  report(): void {
    const phase = this.#shared.phase
    const { sent, done, failed } = this.#shared.counts()
    this.#tell({
      phase,
      planned: this.#planned[phase],
      sent,
      done,
      failed,
      tokensPerSecond: this.#recent.reduce((sum, tokens) => sum + tokens, 0),
      inFlight: sent - done,
    })
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #advance(): void {
    const { phase } = this.#shared
    if (phase !== this.#phase && phase !== 'drain') this.#ticks = 0
    this.#phase = phase
    this.#ticks++
    const { tokens } = this.#shared.counts()
    this.#recent.shift()
    this.#recent.push((tokens - this.#tokens) | 0)
    this.#tokens = tokens
  }
}
