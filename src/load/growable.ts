type NumberArray = Float64Array | Int32Array | Uint8Array

const rowsPerBlock = 8192

/** A column that grows by whole blocks: growing never copies, so it never stalls the loop. */
export class Growable<A extends NumberArray> {
  readonly #make: (length: number) => A
  readonly #blocks: A[] = []
  #block: A
  #used = 0

  constructor(make: (length: number) => A) {
    this.#make = make
    this.#block = make(rowsPerBlock)
    this.#blocks.push(this.#block)
  }

  get length(): number {
    return (this.#blocks.length - 1) * rowsPerBlock + this.#used
  }

  push(value: number): void {
    if (this.#used === rowsPerBlock) {
      this.#block = this.#make(rowsPerBlock)
      this.#blocks.push(this.#block)
      this.#used = 0
    }
    this.#block[this.#used++] = value
  }

  /** Replaces the last value. The column must not be empty. */
  setLast(value: number): void {
    this.#block[this.#used - 1] = value
  }

  toArray(): A {
    const whole = this.#make(this.length)
    this.#blocks.forEach((block, index) => {
      const rows = block === this.#block ? block.subarray(0, this.#used) : block
      whole.set(rows, index * rowsPerBlock)
    })
    return whole
  }
}

export const float64Column = (): Growable<Float64Array> => new Growable((length) => new Float64Array(length))
export const int32Column = (): Growable<Int32Array> => new Growable((length) => new Int32Array(length))
export const uint8Column = (): Growable<Uint8Array> => new Growable((length) => new Uint8Array(length))
