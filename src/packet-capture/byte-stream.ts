import type { Segment } from './segment.ts'

/** One direction of a TCP connection, put in order: bytes are passed on when all before them have come, as a kernel does. */
export class ByteStream {
  #next: number | null = null
  readonly #waiting = new Map<number, Buffer>()
  readonly #take: (bytes: Buffer, time: number) => void

  constructor(take: (bytes: Buffer, time: number) => void) {
    this.#take = take
  }

  add({ sequence, opens, payload, time }: Segment): void {
    if (opens) {
      this.#next = (sequence + 1) >>> 0
      return
    }
    if (payload.length === 0) return
    this.#next ??= sequence
    this.#place(sequence, payload)
    for (;;) {
      const bytes = this.#waiting.get(this.#next)
      if (bytes === undefined) return
      this.#waiting.delete(this.#next)
      this.#next = (this.#next + bytes.length) >>> 0
      this.#take(bytes, time)
    }
  }

  /** Bytes sent again are cut off; sequence numbers wrap at 2^32. */
  #place(sequence: number, payload: Buffer): void {
    const ahead = ((sequence - (this.#next ?? sequence)) << 0) | 0
    if (ahead >= 0) this.#waiting.set(sequence, payload)
    else if (-ahead < payload.length) this.#waiting.set(this.#next ?? sequence, payload.subarray(-ahead))
  }
}
