import { performance } from 'node:perf_hooks'
import type { Batch } from './record/batch-log.ts'
import { runDelay } from './run-delay.ts'

/** libuv may serve up to 48 x 1024 ready sockets before it lets immediates run: a stamp must not grow that old. */
const readsPerStamp = 1000

/** A moment, and how long the loop had waited in its poll until then, ever. Nanoseconds. */
interface Moment {
  time: number
  idle: number
}

/**
 * Stamps socket reads. All reads that one return of the poll brought share one stamp, because their bytes were there
 * when it returned. How late that can be: libuv first looks for events without waiting, so bytes that came while the loop
 * worked are found without a wait, and a poll that waited had found none. Its bytes came as it returned, and only the work
 * since then counts, and what the thread waited for a core when it could go on. Where it did not wait they may lie there since
 * the poll before looked.
 */
export class PollBatches {
  readonly #now: () => number
  readonly #idle: () => number
  readonly #runDelay: () => number
  readonly #ended: (batch: Batch) => void
  readonly #batch: Batch = { time: 0, busy: 0, runDelay: 0, reads: 0, waited: false }
  /** The last moment known to lie before the poll at hand, and before the poll before it. */
  readonly #latest: Moment
  readonly #earlier: Moment
  #open = false
  #stopped = false
  /** The loop's idle time at the last stamp. */
  #idleAtStamp = 0
  #runDelayBefore: number
  #afterReads: ((reads: number) => void) | null = null
  #nextEnd: NodeJS.Immediate | null = null

  /** Row of the batch that the last stamp belongs to. */
  index = -1
  /** Serial number of the last read. */
  read = -1
  /** Called at each read once it is stamped, and between pieces of other work: what is due then need not wait for a timer. */
  atWork: () => void = () => undefined

  /**
   * `ended`: takes each batch once it is over, always in the same object. `idle`: nanoseconds that the loop has waited in
   * its poll, ever. `delay`: nanoseconds that the thread has waited for a core, ever.
   */
  constructor(now: () => number, ended: (batch: Batch) => void, idle = loopIdle, delay = runDelay) {
    this.#now = now
    this.#ended = ended
    this.#idle = idle
    this.#runDelay = delay
    this.#runDelayBefore = delay()
    this.#latest = { time: now(), idle: idle() }
    this.#earlier = { ...this.#latest }
    this.#nextTurn()
  }

  /** To be called once at the start of each socket read. */
  stamp(): number {
    const stamp = this.#stampRead()
    this.atWork()
    return stamp
  }

  /**
   * To be called where work of the loop ends that is no read (timers, immediates): a poll that waits comes after it.
   * Without it that work counts as if bytes may have lain there meanwhile: over, never under.
   */
  mark(): void {
    this.#latest.time = this.#now()
    this.#latest.idle = this.#idle()
  }

  /**
   * Runs work once the reads of this turn are done: in the turn's own end where there are reads, because an immediate more
   * costs each turn a microsecond. `work` is told how many reads the turn had.
   */
  afterReads(work: (reads: number) => void): void {
    if (this.#open && !this.#stopped && this.#afterReads === null) {
      this.#afterReads = work
      this.#nextEnd?.ref()
    } else {
      // Its end is no mark: the turn's own follows, and the poll before this one lies before it.
      setImmediate(() => work(this.#open ? this.#batch.reads : 0))
    }
  }

  /** Ends the last batch and the watch on the loop's turns. Idempotent. */
  stop(): void {
    if (!this.#stopped && this.index >= 0) this.#ended(this.#batch)
    this.#stopped = true
  }

  #stampRead(): number {
    const batch = this.#batch
    this.read++
    if (this.#open && batch.reads < readsPerStamp) {
      batch.reads++
      return batch.time
    }
    if (this.index >= 0) this.#ended(batch)
    const time = this.#now()
    const idle = this.#idle()
    this.#idleAtStamp = idle
    if (this.#open) {
      // Of the same poll: its bytes may be as old as those of the reads before.
      batch.busy += time - batch.time
      batch.waited = false
    } else {
      batch.waited = idle > this.#latest.idle
      const since = batch.waited ? this.#latest : this.#earlier
      batch.busy = Math.max(0, time - since.time - (idle - since.idle))
      batch.runDelay = batch.waited ? this.#delayWithin(idle - this.#latest.idle) : 0
    }
    this.#open = true
    this.index++
    batch.time = time
    batch.reads = 1
    return time
  }

  /** Of a poll that took so long: waits for a core that came before it are not its own. */
  #delayWithin(wait: number): number {
    const delay = this.#runDelay()
    const since = delay - this.#runDelayBefore
    this.#runDelayBefore = delay
    return Math.min(wait, since)
  }

  /** An immediate that is not ref'd runs once in each turn, after the poll's callbacks, and keeps no poll from waiting. */
  readonly #turn = (): void => {
    const work = this.#afterReads
    const idle = this.#open ? this.#idleAtStamp : this.#idle()
    this.#open = false
    this.#earlier.time = this.#latest.time
    this.#earlier.idle = this.#latest.idle
    if (work !== null) {
      this.#afterReads = null
      work(this.#batch.reads)
    }
    this.#latest.time = this.#now()
    this.#latest.idle = idle
    this.#nextTurn()
  }

  #nextTurn(): void {
    if (!this.#stopped) this.#nextEnd = setImmediate(this.#turn).unref()
  }
}

function loopIdle(): number {
  return performance.nodeTiming.idleTime * 1e6
}
