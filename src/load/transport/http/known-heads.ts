import type { ResponseHead } from './response-head.ts'

/** So many heads in a row may differ before none is remembered any more: some servers put an id into each. */
const mostMisses = 100

/** The head that a server sent last: most replies begin with the same bytes, which then need not be read one by one. */
export class KnownHeads {
  #bytes = Buffer.alloc(0)
  #head: ResponseHead | null = null
  #misses = 0

  /** Bytes of the head that is known. */
  get length(): number {
    return this.#bytes.length
  }

  find(bytes: Buffer, start: number, end: number): ResponseHead | null {
    const length = this.#bytes.length
    if (this.#head === null || end - start < length) return null
    if (bytes.compare(this.#bytes, 0, length, start, start + length) !== 0) return null
    this.#misses = 0
    return this.#head
  }

  /** The head must not be changed any more. */
  learn(bytes: Buffer, start: number, end: number, head: ResponseHead): void {
    if (this.#misses === mostMisses) return
    this.#misses++
    this.#bytes = Buffer.from(bytes.subarray(start, end))
    this.#head = head
  }
}
