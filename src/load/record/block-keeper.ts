import { closeSync, openSync, readSync } from 'node:fs'
import type { SpillFile } from './spill-file.ts'

const blockBytes = 64 * 1024

/** Bytes of a log: here, or in a file. */
export type LogBlock = { readonly length: number } & { place: BlockPlace }

export type BlockPlace =
  | { readonly kind: 'memory'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly path: string; readonly position: number }

/** Where full blocks go beyond a number of bytes. */
export interface Spill {
  readonly file: SpillFile
  readonly beyondBytes: number
}

/** The full blocks of a thread's logs: kept in memory up to a bound, and beyond it the oldest are written to a file. */
export class BlockKeeper {
  readonly #spill: Spill | null
  readonly #free: Buffer[] = []
  readonly #held: LogBlock[] = []
  #oldest = 0
  #heldBytes = 0
  #writing: Promise<void> | null = null
  #broken = false

  constructor(spill: Spill | null) {
    this.#spill = spill
  }

  /** An empty block with room for so many bytes. */
  take(bytes: number): Buffer {
    if (bytes > blockBytes) return Buffer.allocUnsafeSlow(bytes)
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(blockBytes)
  }

  keep(block: Buffer, used: number): LogBlock {
    const kept: LogBlock = { length: used, place: { kind: 'memory', bytes: block.subarray(0, used) } }
    if (this.#spill === null || this.#broken) return kept
    this.#held.push(kept)
    this.#heldBytes += block.byteLength
    if (this.#heldBytes > this.#spill.beyondBytes) this.#writing ??= this.#write(this.#spill)
    return kept
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await this.#writing
  }

  /** One block at a time, so that writing takes turns with the loop. A disk that takes no more is no reason to lose what is here. */
  async #write({ file, beyondBytes }: Spill): Promise<void> {
    try {
      while (this.#heldBytes > beyondBytes && this.#oldest < this.#held.length) {
        const block = this.#held[this.#oldest++]!
        const { bytes } = block.place as Extract<BlockPlace, { kind: 'memory' }>
        block.place = { kind: 'file', path: file.path, position: await file.append(bytes) }
        this.#heldBytes -= bytes.buffer.byteLength
        if (bytes.buffer.byteLength === blockBytes) this.#free.push(Buffer.from(bytes.buffer))
      }
      this.#forgetWritten()
    } catch {
      this.#broken = true
    }
    this.#writing = null
  }

  #forgetWritten(): void {
    this.#held.splice(0, this.#oldest)
    this.#oldest = 0
  }
}

/** The bytes of each block in order; those of a file only until the next is asked for. */
export function* readBlocks(blocks: readonly LogBlock[]): Generator<Buffer> {
  const files = new Map<string, number>()
  let buffer = Buffer.alloc(0)
  try {
    for (const { length, place } of blocks) {
      if (place.kind === 'memory') {
        yield Buffer.from(place.bytes.buffer, place.bytes.byteOffset, place.bytes.byteLength)
        continue
      }
      const file = files.get(place.path) ?? openSync(place.path, 'r')
      files.set(place.path, file)
      if (buffer.length < length) buffer = Buffer.allocUnsafeSlow(length)
      let read = 0
      while (read < length) {
        const bytes = readSync(file, buffer, read, length - read, place.position + read)
        if (bytes === 0) throw new Error(`${place.path} ends too early`)
        read += bytes
      }
      yield buffer.subarray(0, length)
    }
  } finally {
    for (const file of files.values()) closeSync(file)
  }
}
