import { performance } from 'node:perf_hooks'
import type { BatchColumns } from '../recording/recording.ts'
import { float64Column, int32Column } from './growable.ts'

/** libuv may serve up to 48 x 1024 ready sockets before it lets immediates run: a stamp must not grow that old. */
const readsPerStamp = 1000

/**
 * Stamps socket reads. All reads that one return of the poll brought share one stamp, because their bytes were there
 * when it returned; how long the loop worked before that poll bounds how late the stamp can be.
 */
export class PollBatches {
  readonly #now: () => number
  readonly #idle: () => number
  readonly #time = float64Column()
  readonly #busy = float64Column()
  readonly #reads = int32Column()
  readonly #end = (): void => {
    this.#open = false
  }
  #open = false
  #stamp = 0
  #count = 0
  #markTime: number
  #markIdle: number
  #carry = 0

  /** Row of the batch that the last stamp belongs to. */
  index = -1
  /** Serial number of the last read. */
  read = -1
  /** Called at each read once it is stamped: the loop is at work here, so what is due need not wait for a timer. */
  onRead: () => void = () => undefined

  /** `idle`: nanoseconds that the loop has waited in its poll, ever. */
  constructor(now: () => number, idle: () => number = loopIdle) {
    this.#now = now
    this.#idle = idle
    this.#markTime = now()
    this.#markIdle = idle()
  }

  /** To be called once at the start of each socket read. */
  stamp(): number {
    const stamp = this.#stampRead()
    this.onRead()
    return stamp
  }

  /**
   * To be called from periodic timers. Without it the work of every timer since the last read would count as busy
   * time of the next one; with it the bound is over by at most one period's work, never under.
   */
  mark(): void {
    this.#carry = this.#busySinceMark()
  }

  columns(): BatchColumns {
    return {
      length: this.#time.length,
      time: this.#time.toArray(),
      busy: this.#busy.toArray(),
      reads: this.#reads.toArray(),
    }
  }

  #stampRead(): number {
    this.read++
    if (this.#open && this.#count < readsPerStamp) {
      this.#reads.setLast(++this.#count)
      return this.#stamp
    }
    if (!this.#open) {
      this.#open = true
      setImmediate(this.#end)
    }
    const busy = this.#carry + this.#busySinceMark()
    this.#carry = 0
    this.#stamp = this.#markTime
    this.#count = 1
    this.index++
    this.#time.push(this.#stamp)
    this.#busy.push(busy)
    this.#reads.push(1)
    return this.#stamp
  }

  #busySinceMark(): number {
    const time = this.#now()
    const idle = this.#idle()
    const busy = time - this.#markTime - (idle - this.#markIdle)
    this.#markTime = time
    this.#markIdle = idle
    return busy > 0 ? busy : 0
  }
}

function loopIdle(): number {
  return performance.nodeTiming.idleTime * 1e6
}
