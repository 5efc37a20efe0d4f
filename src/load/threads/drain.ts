/** How long answers may take once nothing more is sent; then they are cut off. */
export class Drain {
  readonly #seconds: number | null
  readonly #cut: (text: string) => void
  #timer: NodeJS.Timeout | null = null

  constructor(seconds: number | null, cut: (text: string) => void) {
    this.#seconds = seconds
    this.#cut = cut
  }

  /** Idempotent. */
  start(): void {
    if (this.#timer !== null || this.#seconds === null) return
    const text = `no end of the answer ${this.#seconds} s after the last send, the drain limit`
    this.#timer = setTimeout(() => this.#cut(text), this.#seconds * 1000)
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }
}
