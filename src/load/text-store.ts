import { int32Column } from './growable.ts'

const blockBytes = 256 * 1024

/** Pieces of text as UTF-8 in blocks, no object a piece. A piece is known by its serial number. */
export class TextStore {
  readonly #blocks: Buffer[] = []
  readonly #inBlock = int32Column()
  readonly #start = int32Column()
  readonly #bytes = int32Column()
  #used = 0

  /** Returns the piece's serial number. */
  add(text: string): number {
    const most = text.length * 3
    let block = this.#blocks.at(-1)
    if (block === undefined || block.length - this.#used < most) {
      block = Buffer.allocUnsafeSlow(Math.max(blockBytes, most))
      this.#blocks.push(block)
      this.#used = 0
    }
    const bytes = block.write(text, this.#used, 'utf8')
    this.#inBlock.push(this.#blocks.length - 1)
    this.#start.push(this.#used)
    this.#bytes.push(bytes)
    this.#used += bytes
    return this.#bytes.length - 1
  }

  /** All pieces in the given order, -1 for none, and where each ends. */
  layOut(order: Int32Array): { text: Uint8Array; ends: Int32Array } {
    const inBlock = this.#inBlock.toArray()
    const start = this.#start.toArray()
    const bytes = this.#bytes.toArray()
    const text = new Uint8Array(bytes.reduce((sum, length) => sum + length, 0))
    const ends = new Int32Array(order.length)
    let at = 0
    order.forEach((piece, row) => {
      if (piece >= 0) {
        const from = start[piece]!
        const length = bytes[piece]!
        text.set(this.#blocks[inBlock[piece]!]!.subarray(from, from + length), at)
        at += length
      }
      ends[row] = at
    })
    return { text, ends }
  }
}
