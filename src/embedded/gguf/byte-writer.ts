/** A growing little-endian buffer. */
export class ByteWriter {
  #buffer = Buffer.alloc(1 << 16)
  #length = 0

  get length(): number {
    return this.#length
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  uint32(value: number): void {
    this.#length = this.#room(4).writeUInt32LE(value, this.#length)
  }

  int32(value: number): void {
    this.#length = this.#room(4).writeInt32LE(value, this.#length)
  }

  uint64(value: number): void {
    this.#length = this.#room(8).writeBigUInt64LE(BigInt(value), this.#length)
  }

  float32(value: number): void {
    this.#length = this.#room(4).writeFloatLE(value, this.#length)
  }

  byte(value: number): void {
    this.#length = this.#room(1).writeUInt8(value, this.#length)
  }

  /** The text as it is, without its length. */
  ascii(text: string): void {
    this.#length += this.#room(text.length).write(text, this.#length, 'latin1')
  }

  /** Byte length as uint64, then UTF-8. */
  string(text: string): void {
    const size = Buffer.byteLength(text)
    this.uint64(size)
    this.#length += this.#room(size).write(text, this.#length)
  }

  zerosUpTo(length: number): void {
    this.#room(length - this.#length).fill(0, this.#length, length)
    this.#length = length
  }

  #room(bytes: number): Buffer {
    const needed = this.#length + bytes
    if (needed > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#buffer.length * 2))
      this.#buffer.copy(larger, 0, 0, this.#length)
      this.#buffer = larger
    }
    return this.#buffer
  }
}
