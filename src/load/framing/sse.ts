import type { EventSink, Framer } from './framer.ts'

const LF = 10
const CR = 13
const COLON = 58
const SPACE = 32
const noBytes = Buffer.alloc(0)
const bom = [0xef, 0xbb, 0xbf]

/** Field names as numbers in base 256, so that they are matched without making strings. */
const dataField = nameNumber('data')
const eventField = nameNumber('event')
const longestName = 5

const BOM = 0
const NAME = 1
const VALUE_START = 2
const DATA_VALUE = 3
const EVENT_VALUE = 4
const IGNORED = 5

/** Server-sent events as the WHATWG HTML standard reads them (9.2.6): an event is complete at its empty line. */
export class SseFramer implements Framer {
  #state = BOM
  #bomMatched = 0
  #afterCr = false
  #name = 0
  #nameLength = 0
  #hasData = false
  #event = noBytes
  #eventLength = 0
  #lastBytes = noBytes
  #lastName = ''

  begin(): void {
    this.#state = BOM
    this.#bomMatched = 0
    this.#afterCr = false
    this.#name = 0
    this.#nameLength = 0
    this.#hasData = false
    this.#eventLength = 0
  }

  feed(bytes: Buffer, start: number, end: number, sink: EventSink): void {
    let at = start
    while (at < end) {
      if (this.#afterCr) {
        this.#afterCr = false
        if (bytes[at] === LF) {
          at++
          continue
        }
      }
      switch (this.#state) {
        case NAME:
          this.#nameByte(bytes[at]!, sink)
          at++
          break
        case DATA_VALUE: {
          const stop = lineEnd(bytes, at, end)
          if (stop > at) sink.append(bytes, at, stop)
          at = this.#valueEnd(bytes, stop, end)
          break
        }
        case EVENT_VALUE: {
          const stop = lineEnd(bytes, at, end)
          this.#eventBytes(bytes, at, stop)
          at = this.#valueEnd(bytes, stop, end)
          break
        }
        case IGNORED:
          at = this.#valueEnd(bytes, lineEnd(bytes, at, end), end)
          break
        case VALUE_START:
          if (bytes[at] === SPACE) at++
          this.#startValue(sink)
          break
        default:
          at = this.#bomByte(bytes[at]!, at, sink)
      }
    }
  }

  finish(sink: EventSink): void {
    sink.discard()
  }

  /** A byte of a field name, or the end of a line without a colon. */
  #nameByte(byte: number, sink: EventSink): void {
    if (byte === LF || byte === CR) {
      this.#afterCr = byte === CR
      if (this.#nameLength === 0) this.#dispatch(sink)
      else this.#startValue(sink)
      this.#startLine()
    } else if (byte === COLON) {
      this.#state = VALUE_START
    } else {
      if (this.#nameLength < longestName) this.#name = this.#name * 256 + byte
      this.#nameLength++
    }
  }

  #startValue(sink: EventSink): void {
    if (this.#name === dataField && this.#nameLength === 4) {
      if (this.#hasData) sink.appendByte(LF)
      this.#hasData = true
      this.#state = DATA_VALUE
    } else if (this.#name === eventField && this.#nameLength === 5) {
      this.#eventLength = 0
      this.#state = EVENT_VALUE
    } else {
      this.#state = IGNORED
    }
  }

  #startLine(): void {
    this.#state = NAME
    this.#name = 0
    this.#nameLength = 0
  }

  #valueEnd(bytes: Buffer, stop: number, end: number): number {
    if (stop === end) return end
    this.#afterCr = bytes[stop] === CR
    this.#startLine()
    return stop + 1
  }

  #dispatch(sink: EventSink): void {
    if (this.#hasData) sink.commit(this.#eventLength === 0 ? null : this.#eventName())
    this.#hasData = false
    this.#eventLength = 0
  }

  #eventBytes(bytes: Buffer, start: number, stop: number): void {
    const length = this.#eventLength + stop - start
    if (length > this.#event.length) {
      const longer = Buffer.allocUnsafe(Math.max(64, length * 2))
      this.#event.copy(longer, 0, 0, this.#eventLength)
      this.#event = longer
    }
    bytes.copy(this.#event, this.#eventLength, start, stop)
    this.#eventLength = length
  }

  /** A stream repeats its event types, so a string is made only when the type changes. */
  #eventName(): string {
    const length = this.#eventLength
    if (this.#lastBytes.compare(this.#event, 0, length) !== 0) {
      this.#lastBytes = Buffer.from(this.#event.subarray(0, length))
      this.#lastName = this.#lastBytes.toString('utf8')
    }
    return this.#lastName
  }

  /** One leading byte order mark is skipped. A start that only resembles one is the beginning of a field name. */
  #bomByte(byte: number, at: number, sink: EventSink): number {
    if (byte === bom[this.#bomMatched]) {
      if (++this.#bomMatched === bom.length) this.#startLine()
      return at + 1
    }
    this.#startLine()
    for (let index = 0; index < this.#bomMatched; index++) this.#nameByte(bom[index]!, sink)
    return at
  }
}

function lineEnd(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    // Nearly every byte of a text is above both.
    if (byte <= CR && (byte === LF || byte === CR)) return at
  }
  return end
}

function nameNumber(name: string): number {
  let number = 0
  for (const byte of Buffer.from(name)) number = number * 256 + byte
  return number
}
