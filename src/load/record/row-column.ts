const rowsPerBlock = 4096

/** A number a row, by blocks: growing never copies, so it never stalls the loop. */
export class RowColumn {
  readonly #blocks: Float64Array[] = []
  #length = 0

  push(value: number): void {
    if (this.#length % rowsPerBlock === 0) this.#blocks.push(new Float64Array(rowsPerBlock))
    this.#blocks.at(-1)![this.#length++ % rowsPerBlock] = value
  }

  /** The row must be there. */
  add(row: number, value: number): void {
    this.#blocks[Math.floor(row / rowsPerBlock)]![row % rowsPerBlock]! += value
  }

  toArray(): Float64Array {
    const whole = new Float64Array(this.#blocks.length * rowsPerBlock)
    this.#blocks.forEach((block, index) => whole.set(block, index * rowsPerBlock))
    return whole.subarray(0, this.#length)
  }
}
