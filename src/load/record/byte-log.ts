import type { BlockKeeper, LogBlock } from './block-keeper.ts'

/** No number takes more bytes. */
export const longestNumber = 8

/** What `read` takes: the bytes of a log, block after block. An entry never lies in two blocks. */
export type LogBlocks = readonly LogBlock[]

/**
 * Entries of bytes, one after the other, in blocks that are never moved: growing copies nothing, so it never stalls the
 * loop. An entry is begun with `room` and ended by setting `used`.
 */
export class ByteLog {
  readonly #keeper: BlockKeeper
  readonly #blocks: LogBlock[] = []

  /** Where the next entry goes. */
  bytes: Buffer
  used = 0

  constructor(keeper: BlockKeeper) {
    this.#keeper = keeper
    this.bytes = keeper.take(0)
  }

  /** Makes sure that so many bytes follow `used` in `bytes`. */
  room(length: number): void {
    if (this.bytes.length - this.used >= length) return
    if (this.used > 0) this.#blocks.push(this.#keeper.keep(this.bytes, this.used))
    this.bytes = this.#keeper.take(length)
    this.used = 0
  }

  /** A number that is whole, not negative and below 2^53, in as few bytes as it needs. There must be room. */
  number(value: number): void {
    const { bytes } = this
    let at = this.used
    let rest = value
    while (rest > 0x7fffffff) {
      bytes[at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128
      rest >>>= 7
    }
    bytes[at++] = rest
    this.used = at
  }

  /** The same for a whole number of either sign. */
  signed(value: number): void {
    this.number(value < 0 ? -2 * value - 1 : 2 * value)
  }

  /** All blocks, the last one too; nothing may be added afterwards. */
  finish(): LogBlocks {
    if (this.used > 0) this.#blocks.push(this.#keeper.keep(this.bytes, this.used))
    this.used = 0
    return this.#blocks
  }
}

/** Reads the entries of one block in order. */
export class ByteReader {
  readonly bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get done(): boolean {
    return this.at >= this.bytes.length
  }

  number(): number {
    let value = 0
    let weight = 1
    for (;;) {
      const byte = this.bytes[this.at++]!
      value += (byte & 127) * weight
      if (byte < 128) return value
      weight *= 128
    }
  }

  signed(): number {
    const value = this.number()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }
}
