import type { BodyLength, ResponseHead } from './response-head.ts'
import { bodyLength, keepsAlive, parseHeaderLine, parseStatusLine } from './response-head.ts'
import { KnownHeads } from './known-heads.ts'
import { ProtocolError } from '../protocol-error.ts'

/** Takes the parts of one response. Ranges are of the read buffer and only valid during the call. */
export interface ResponseSink {
  head(head: ResponseHead): void
  body(bytes: Buffer, start: number, end: number): void
}

const prefix = Buffer.from('HTTP/1.')
const maxHead = 64 * 1024
const maxExtension = 16 * 1024

/** Of all connections of a thread. */
const knownHeads = new KnownHeads()

const START = 0
const LINE = 1
const LENGTH = 2
const UNTIL_CLOSE = 3
const SIZE = 4
const EXTENSION = 5
const SIZE_LF = 6
const DATA = 7
const DATA_END = 8
const DATA_LF = 9
const TRAILER = 10
const DONE = 11

/** HTTP/1.x responses, one at a time, byte by byte: any split of the bytes into reads gives the same calls. */
export class ResponseParser {
  #sink: ResponseSink | null = null
  #state = DONE
  #matched = 0
  #line = Buffer.allocUnsafeSlow(512)
  #lineLength = 0
  #headBytes = 0
  /** Where the head begins in this read; -1: in one before. */
  #headStart = -1
  #head: ResponseHead | null = null
  #remaining = 0
  #digits = 0
  #size = 0
  #extension = 0

  /** Bytes of this response taken so far. */
  taken = 0
  keepAlive = false

  get complete(): boolean {
    return this.#state === DONE
  }

  begin(sink: ResponseSink): void {
    this.#sink = sink
    this.#state = START
    this.#matched = 0
    this.#lineLength = 0
    this.#headBytes = 0
    this.#head = null
    this.taken = 0
    this.keepAlive = false
  }

  /** Takes bytes up to the end of the response at most and returns where it stopped. Throws ProtocolError. */
  parse(bytes: Buffer, start: number, end: number): number {
    let at = start
    this.#headStart = -1
    try {
      while (at < end && this.#state !== DONE) at = this.#step(bytes, at, end)
    } finally {
      this.taken += at - start
    }
    return at
  }

  /** The peer has closed its side. True when that is how this response ends. */
  close(): boolean {
    if (this.#state !== UNTIL_CLOSE) return false
    this.#state = DONE
    return true
  }

  #step(bytes: Buffer, at: number, end: number): number {
    switch (this.#state) {
      case DATA: {
        const stop = Math.min(end, at + this.#remaining)
        this.#sink!.body(bytes, at, stop)
        this.#remaining -= stop - at
        if (this.#remaining === 0) this.#state = DATA_END
        return stop
      }
      case SIZE:
        this.#sizeByte(bytes[at]!)
        return at + 1
      case DATA_END:
        this.#dataEnd(bytes[at]!)
        return at + 1
      case DATA_LF:
        if (bytes[at] !== 10) throw new ProtocolError('a chunk is longer than its size')
        this.#startSize()
        return at + 1
      case SIZE_LF:
        if (bytes[at] !== 10) throw new ProtocolError('a chunk size is followed by CR without LF')
        this.#sizeDone()
        return at + 1
      case EXTENSION:
        if (bytes[at] === 10) this.#sizeDone()
        else if (++this.#extension > maxExtension) throw new ProtocolError('a chunk extension is too long')
        return at + 1
      case LENGTH: {
        const stop = Math.min(end, at + this.#remaining)
        this.#sink!.body(bytes, at, stop)
        this.#remaining -= stop - at
        if (this.#remaining === 0) this.#state = DONE
        return stop
      }
      case UNTIL_CLOSE:
        this.#sink!.body(bytes, at, end)
        return end
      case START:
        if (this.#matched === 0) {
          const stop = this.#knownHead(bytes, at, end)
          if (stop > at) return stop
          this.#headStart = at
        }
        if (bytes[at] !== prefix[this.#matched]) throw new ProtocolError('the reply does not begin with "HTTP/1."')
        if (++this.#matched === prefix.length) {
          this.#lineBytes(prefix, 0, prefix.length)
          this.#state = LINE
        }
        return at + 1
      default: {
        if (bytes[at] === 10) {
          this.#lineDone(bytes, at + 1)
          return at + 1
        }
        const stop = lineFeed(bytes, at, end)
        this.#lineBytes(bytes, at, stop)
        return stop
      }
    }
  }

  #lineBytes(bytes: Buffer, start: number, end: number): void {
    this.#headBytes += end - start
    if (this.#headBytes > maxHead) throw new ProtocolError(`the headers are longer than ${maxHead} bytes`)
    const length = this.#lineLength + end - start
    if (length > this.#line.length) {
      const longer = Buffer.allocUnsafeSlow(length * 2)
      this.#line.copy(longer, 0, 0, this.#lineLength)
      this.#line = longer
    }
    bytes.copy(this.#line, this.#lineLength, start, end)
    this.#lineLength = length
  }

  #lineDone(bytes: Buffer, stop: number): void {
    let length = this.#lineLength
    if (length > 0 && this.#line[length - 1] === 13) length--
    const line = this.#line.toString('latin1', 0, length)
    this.#lineLength = 0
    if (this.#state === TRAILER) {
      if (line === '') this.#state = DONE
    } else if (this.#head === null) {
      this.#head = parseStatusLine(line)
    } else if (line !== '') {
      parseHeaderLine(this.#head, line)
    } else {
      const head = this.#head
      // One that cannot be read is never known, so that its bytes are counted alike each time.
      this.#headDone(head)
      if (this.#headStart >= 0 && head.status >= 200) knownHeads.learn(bytes, this.#headStart, stop, head)
    }
  }

  /** Where a head ends that is the same as one before; -1: it is not. */
  #knownHead(bytes: Buffer, start: number, end: number): number {
    const head = knownHeads.find(bytes, start, end)
    if (head === null) return -1
    this.#head = head
    this.#headDone(head)
    return start + knownHeads.length
  }

  #headDone(head: ResponseHead): void {
    if (head.status === 101) throw new ProtocolError('the server switches protocols, which nobody asked for')
    if (head.status < 200) {
      this.#head = null
      this.#matched = 0
      this.#state = START
      return
    }
    const body = bodyLength(head)
    this.keepAlive = body !== 'until-close' && keepsAlive(head)
    this.#startBody(body)
    this.#sink!.head(head)
  }

  #startBody(body: BodyLength): void {
    if (body === 'chunked') {
      this.#startSize()
    } else if (body === 'until-close') {
      this.#state = UNTIL_CLOSE
    } else {
      this.#remaining = body
      this.#state = body === 0 ? DONE : LENGTH
    }
  }

  #startSize(): void {
    this.#state = SIZE
    this.#size = 0
    this.#digits = 0
    this.#extension = 0
  }

  #sizeByte(byte: number): void {
    const digit = hexDigit(byte)
    if (digit >= 0) {
      this.#size = this.#size * 16 + digit
      if (++this.#digits > 12) throw new ProtocolError('a chunk size is too large')
      return
    }
    if (this.#digits === 0) throw new ProtocolError('a chunk size is missing')
    if (byte === 13) this.#state = SIZE_LF
    else if (byte === 10) this.#sizeDone()
    else if (byte === 59 || byte === 32 || byte === 9) this.#state = EXTENSION
    else throw new ProtocolError('a chunk size is not hexadecimal')
  }

  #sizeDone(): void {
    this.#remaining = this.#size
    this.#state = this.#size === 0 ? TRAILER : DATA
  }

  #dataEnd(byte: number): void {
    if (byte === 13) this.#state = DATA_LF
    else if (byte === 10) this.#startSize()
    else throw new ProtocolError('a chunk is longer than its size')
  }
}

function lineFeed(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== 10) at++
  return at
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
