const word = { inside: 0, head: 1, tail: 2 } as const
const firstPlace = 3
/** What a place of the line holds, besides the number of a request plus one. */
const empty = 0
const over = -1

/**
 * Lets only so many requests be in flight, over all threads. Beyond that they wait in line, first come first served, or
 * are refused. Whoever ends a request sends the one whose turn it then is, on a connection of its own thread.
 */
export class Line {
  readonly #words: Int32Array
  readonly #most: number
  readonly #waits: boolean

  /** `words`: three more than requests may come. No cap: all are sent at once. */
  constructor(words: Int32Array, cap: { readonly maxConcurrency: number; readonly onCap: 'queue' | 'drop' } | null) {
    this.#words = words
    this.#most = cap?.maxConcurrency ?? Infinity
    this.#waits = cap?.onCap === 'queue'
  }

  /** What becomes of a request that is due. */
  admit(request: number): 'send' | 'wait' | 'drop' {
    const words = this.#words
    if (!this.#waits) return this.#enter() ? 'send' : 'drop'
    if (Atomics.add(words, word.inside, 1) < this.#most) return 'send'
    const place = firstPlace + Atomics.add(words, word.tail, 1)
    // Its turn may have come before it stood in line.
    return Atomics.compareExchange(words, place, empty, request + 1) === empty ? 'wait' : 'send'
  }

  /** A request has ended. Returns the one to be sent in its place, null: none. */
  leave(): number | null {
    const words = this.#words
    const inside = Atomics.sub(words, word.inside, 1)
    if (!this.#waits || inside <= this.#most) return null
    const found = Atomics.exchange(words, firstPlace + Atomics.add(words, word.head, 1), over)
    return found > 0 ? found - 1 : null
  }

  /** Takes all that wait out of the line. */
  withdraw(): number[] {
    const words = this.#words
    const taken: number[] = []
    if (!this.#waits) return taken
    const tail = Atomics.load(words, word.tail)
    for (let place = Atomics.load(words, word.head); place < tail; place++) {
      const found = Atomics.exchange(words, firstPlace + place, over)
      if (found > 0) taken.push(found - 1)
    }
    return taken
  }

  #enter(): boolean {
    const words = this.#words
    for (;;) {
      const inside = Atomics.load(words, word.inside)
      if (inside >= this.#most) return false
      if (Atomics.compareExchange(words, word.inside, inside, inside + 1) === inside) return true
    }
  }
}
