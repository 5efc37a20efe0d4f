import type { EventSink, Framer } from './framer.ts'

const SPACE = 32

/** Events that end with one byte. Whitespace alone is no event; what stands after the last delimiter is one. */
export class DelimitedFramer implements Framer {
  readonly #delimiter: number
  #solid = false

  constructor(delimiter: number) {
    this.#delimiter = delimiter
  }

  begin(): void {
    this.#solid = false
  }

  feed(bytes: Buffer, start: number, end: number, sink: EventSink): void {
    let from = start
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!
      if (byte === this.#delimiter) {
        if (at > from) sink.append(bytes, from, at)
        this.finish(sink)
        from = at + 1
      } else if (byte > SPACE) {
        this.#solid = true
      }
    }
    if (end > from) sink.append(bytes, from, end)
  }

  finish(sink: EventSink): void {
    if (this.#solid) sink.commit(null)
    else sink.discard()
    this.#solid = false
  }
}
