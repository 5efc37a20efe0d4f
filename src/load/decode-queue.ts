/** Something with framed events to decode. */
export interface Decodable {
  /** Belongs to the queue. */
  queued: boolean
  /** Decodes one event; false when there is none left. */
  decodeOne(): boolean
  /** Called when all events so far are decoded. */
  decoded(): void
}

/** Decoding so many events takes less than the gap between two polls of a busy loop. */
const eventsPerTurn = 16
/** Of the requests that wait, a turn that had reads takes this part at least: what comes in faster than 16 a turn must not pile up. */
const partOfWaiting = 4
/** After so many reads in one turn more are on their way, as an engine sends a step: decoding can wait for the end of them. */
const burstReads = 16
/** How many reads in all may put decoding off until the queue is empty again: a load that is always so must not pile up. */
const mostDeferred = 2048

/** Decodes outside the read callbacks, a few events each turn of the loop, so that no read waits long for JSON. */
export class DecodeQueue {
  readonly #later: (work: (reads: number) => void) => void
  readonly #between: () => void
  /** Those that wait stand from `#next` to before `#end`. Never shortened: steady load allocates nothing. */
  readonly #waiting: (Decodable | null)[] = []
  #next = 0
  #end = 0
  #scheduled = false
  #deferrable = mostDeferred
  #drained: (() => void)[] = []
  readonly #turn = (reads: number): void => this.#run(reads)

  /** `later`: runs work once the reads of this turn are done, and tells it how many there were. `between`: called after each event. */
  constructor(later = nextTurn, between = () => {}) {
    this.#later = later
    this.#between = between
  }

  add(one: Decodable): void {
    if (one.queued) return
    one.queued = true
    this.#waiting[this.#end++] = one
    this.#schedule()
  }

  /** Resolves when nothing waits. */
  drained(): Promise<void> {
    if (!this.#scheduled) return Promise.resolve()
    return new Promise((resolve) => this.#drained.push(resolve))
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#later(this.#turn)
  }

  #run(reads: number): void {
    if (reads >= burstReads && this.#deferrable > 0) {
      this.#deferrable -= reads
      return this.#later(this.#turn)
    }
    let events = 0
    const part = reads === 0 ? 0 : Math.min(2 * reads, Math.ceil((this.#end - this.#next) / partOfWaiting))
    const most = Math.max(eventsPerTurn, part)
    while (events < most && this.#next < this.#end) {
      const one = this.#waiting[this.#next]!
      if (one.decodeOne()) {
        events++
        this.#between()
        continue
      }
      one.queued = false
      this.#waiting[this.#next++] = null
      one.decoded()
    }
    if (this.#next === this.#end) {
      this.#next = 0
      this.#end = 0
    } else if (this.#next > 1024) {
      this.#waiting.copyWithin(0, this.#next, this.#end)
      this.#waiting.fill(null, this.#end - this.#next, this.#end)
      this.#end -= this.#next
      this.#next = 0
    }
    this.#scheduled = false
    if (this.#end > 0) {
      this.#schedule()
      return
    }
    this.#deferrable = mostDeferred
    const waiters = this.#drained
    if (waiters.length === 0) return
    this.#drained = []
    for (const resolve of waiters) resolve()
  }
}

const nextTurn = (work: (reads: number) => void): void => void setImmediate(work, 0)
