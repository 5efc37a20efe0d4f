const blockBytes = 256 * 1024

/** Pieces of text as UTF-8 in blocks. A piece is known by its serial number. */
export class TextStore {
  readonly #pieces: { block: Buffer; start: number; end: number }[] = []
  #block = Buffer.alloc(0)
  #used = 0

  /** Returns the piece's serial number. */
  add(text: string): number {
    const most = text.length * 3
    if (this.#block.length - this.#used < most) {
      this.#block = Buffer.allocUnsafeSlow(Math.max(blockBytes, most))
      this.#used = 0
    }
    const start = this.#used
    this.#used += this.#block.write(text, start, 'utf8')
    this.#pieces.push({ block: this.#block, start, end: this.#used })
    return this.#pieces.length - 1
  }

  /** All pieces in the given order, -1 for none, and where each ends. */
  layOut(order: Int32Array): { text: Uint8Array; ends: Int32Array } {
    const ends = new Int32Array(order.length)
    let length = 0
    for (let row = 0; row < order.length; row++) {
      const piece = this.#pieces[order[row]!]
      if (piece !== undefined) length += piece.end - piece.start
      ends[row] = length
    }
    const text = new Uint8Array(length)
    for (let row = 0; row < order.length; row++) {
      const piece = this.#pieces[order[row]!]
      if (piece === undefined) continue
      text.set(piece.block.subarray(piece.start, piece.end), row === 0 ? 0 : ends[row - 1])
    }
    return { text, ends }
  }
}
