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
/** Of the requests that wait, a turn takes this part at least: what comes in faster than 16 a turn must not pile up. */
const shareOfWaiting = 1 / 8

/** Decodes outside the read callbacks, a few events each turn of the loop, so that no read waits long for JSON. */
export class DecodeQueue {
  readonly #onTurn: () => void
  #waiting: Decodable[] = []
  #next = 0
  #scheduled = false
  #drained: (() => void)[] = []
  readonly #turn = (): void => this.#run()

  /** `onTurn` is called at the end of each turn's work. */
  constructor(onTurn: () => void = () => undefined) {
    this.#onTurn = onTurn
  }

  add(one: Decodable): void {
    if (one.queued) return
    one.queued = true
    this.#waiting.push(one)
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
    setImmediate(this.#turn)
  }

  #run(): void {
    let events = 0
    const most = Math.max(eventsPerTurn, (this.#waiting.length - this.#next) * shareOfWaiting)
    while (events < most && this.#next < this.#waiting.length) {
      const one = this.#waiting[this.#next]!
      if (one.decodeOne()) {
        events++
        continue
      }
      one.queued = false
      this.#next++
      one.decoded()
    }
    if (this.#next === this.#waiting.length) {
      this.#waiting = []
      this.#next = 0
    } else if (this.#next > 1024) {
      this.#waiting = this.#waiting.slice(this.#next)
      this.#next = 0
    }
    this.#scheduled = false
    this.#onTurn()
    if (this.#waiting.length > 0) {
      this.#schedule()
      return
    }
    const waiters = this.#drained
    this.#drained = []
    for (const resolve of waiters) resolve()
  }
}
