import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'

/** A file that blocks are added to; made with the first. */
export class SpillFile {
  readonly path: string
  #file: Promise<FileHandle> | null = null
  #length = 0

  constructor(path: string) {
    this.path = path
  }

  /** Returns where the bytes begin. One call after the other. */
  async append(bytes: Uint8Array): Promise<number> {
    this.#file ??= open(this.path, 'w')
    const file = await this.#file
    const position = this.#length
    let written = 0
    while (written < bytes.length) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written)
      written += bytesWritten
    }
    this.#length = position + written
    return position
  }

  async close(): Promise<void> {
    const file = await this.#file?.catch(() => null)
    this.#file = null
    await file?.close()
  }
}
