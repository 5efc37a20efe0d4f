const headerBytes = 9

/** Frame types and the flag that ends a stream (RFC 9113, 6). */
export const frameType = { data: 0, headers: 1 } as const
export const endStream = 0x1

/** Finds the frames of one direction of an HTTP/2 connection, however it is cut into pieces. Reads their heads only. */
export class FrameWalker {
  readonly #onFrame: (type: number, flags: number, length: number) => void
  readonly #head = Buffer.alloc(headerBytes)
  #filled = 0
  #skip: number

  /** `preface`: bytes before the first frame. `onFrame` is called when a frame's head is complete, with the length of what follows it. */
  constructor(preface: number, onFrame: (type: number, flags: number, length: number) => void) {
    this.#skip = preface
    this.#onFrame = onFrame
  }

  feed(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length - at)
        this.#skip -= skipped
        at += skipped
        continue
      }
      const taken = bytes.copy(this.#head, this.#filled, at, at + headerBytes - this.#filled)
      this.#filled += taken
      at += taken
      if (this.#filled < headerBytes) return
      this.#filled = 0
      this.#skip = this.#head.readUIntBE(0, 3)
      this.#onFrame(this.#head[3]!, this.#head[4]!, this.#skip)
    }
  }
}

/** `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`, which a client sends first. */
export const clientPreface = 24
