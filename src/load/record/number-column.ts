const rowsPerBlock = 4096

/** Numbers, one a row, in blocks of fixed size: growing never copies, so it never stalls the loop. */
export class NumberColumn {
  readonly #blocks: Float64Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    if (this.#length % rowsPerBlock === 0) this.#blocks.push(new Float64Array(rowsPerBlock))
    this.#blocks.at(-1)![this.#length++ % rowsPerBlock] = value
  }

  /** The row must be there. */
  add(row: number, value: number): void {
    this.#blocks[Math.floor(row / rowsPerBlock)]![row % rowsPerBlock]! += value
  }

  /** No longer than the column: an array over a part of a longer memory would cross a thread's border with all of it. */
  toArray(): Float64Array {
    const whole = new Float64Array(this.#length)
    this.#blocks.forEach((block, index) => {
      const start = index * rowsPerBlock
      whole.set(block.subarray(0, this.#length - start), start)
    })
    return whole
  }
}
