import type { PollBatches } from './poll-batch.ts'
import type { Timer } from './scenarios/scenario.ts'

/** Something that wakes this thread at given times. */
export interface Waker {
  /**
   * Calls `wake` from the event loop `leadNs` before each time, once for times that lie close together. The times are
   * CLOCK_MONOTONIC in ns, ascending; there are as many as the waker was made for.
   */
  start(times: Float64Array, leadNs: number, wake: () => void): void
  /** Times before this place need no wake any more. */
  passed(next: number): void
  stop(): void
}

export interface TimedSendsOptions {
  /** Nanoseconds on the clock of `times`. */
  readonly now: () => number
  /** What to add to `times` for CLOCK_MONOTONIC. */
  readonly originNs: number
  readonly times: Float64Array
  readonly waker: Waker
  readonly spin: boolean
  /** Runs a callback after the next poll of the loop. */
  readonly soon: (callback: () => void) => void
  /** Called once for each time, in order, never early. */
  readonly due: (index: number) => void
}

/** The thread wakes the loop so much early, and the loop turns without waiting through what is left of it. */
const leadNs = 120_000
const spinNs = 250_000
/** A turn of the loop takes about so long: closer to the time the clock is watched instead, in so many readings at most. */
const turnNs = 10_000
const mostReadings = 1000
/** A wake may be early by what the clocks of two threads differ: that much is always spun. */
const clockNs = 20_000

/**
 * Calls back at absolute times from the loop that owns the sockets. Node's timers are up to 1.5 ms late or early, so a
 * thread that waits on a futex wakes the loop; turning the loop for the last stretch keeps reads going meanwhile.
 */
export class TimedSends {
  readonly #options: TimedSendsOptions
  readonly #spinNs: number
  readonly #wake = (): void => {
    this.poll()
    this.#spinOn()
  }
  readonly #turn = (): void => {
    this.#spinning = false
    this.#watch()
    this.#wake()
  }
  #next = 0
  #spinning = false
  #stopped = false

  constructor(options: TimedSendsOptions) {
    this.#options = options
    this.#spinNs = options.spin ? spinNs : clockNs
  }

  start(): void {
    const { times, originNs, waker, spin } = this.#options
    const monotonic = times.map((time) => time + originNs)
    waker.start(monotonic, spin ? leadNs : 0, this.#wake)
    this.#wake()
  }

  /** Calls back what is due. Also to be called where the loop is at work anyway, at each read and between events. */
  poll(): void {
    const { times, now, due, waker } = this.#options
    if (this.#stopped || this.#next >= times.length || times[this.#next]! > now()) return
    while (!this.#stopped && this.#next < times.length && times[this.#next]! <= now()) due(this.#next++)
    waker.passed(this.#next)
  }

  stop(): void {
    this.#stopped = true
    this.#options.waker.stop()
  }

  #watch(): void {
    const { times, now, spin } = this.#options
    if (!spin || this.#stopped || this.#next >= times.length) return
    const time = times[this.#next]!
    if (time - now() > turnNs) return
    for (let readings = 0; readings < mostReadings && now() < time; readings++);
  }

  #spinOn(): void {
    const { times, now, soon } = this.#options
    if (this.#spinning || this.#stopped || this.#next >= times.length) return
    if (times[this.#next]! - now() > this.#spinNs) return
    this.#spinning = true
    soon(this.#turn)
  }
}

/** Sends at given times on this loop: woken by `waker`, and at each read, because the loop is at work then. */
export function timerOf(waker: Waker, now: () => number, originNs: number, batches: PollBatches): Timer {
  return (times, spin, due) => {
    const soon = (callback: () => void): void => void setImmediate(callback)
    const sends = new TimedSends({ now, originNs, times, waker, spin, soon, due })
    batches.atWork = () => sends.poll()
    sends.start()
    return () => sends.stop()
  }
}
