import type { Socket } from 'node:net'
import { frameType, FrameWalker } from '../../grpc/frame-walker.ts'
import { tapped, type Tap } from '../../grpc/tapped-socket.ts'
import { monotonicNs } from '../clock.ts'

/** Where a message's send time is written, digit by digit, right before its bytes go to the kernel. */
export const sendTimePlace = '0'.repeat(19)
const place = Buffer.from(sendTimePlace)

/** What stands before each message of gRPC. */
const prefixBytes = 5

interface Waiting {
  /** Data bytes of the connection when the message is out. */
  readonly end: number
  readonly sent: (sentNs: number) => void
}

/**
 * A server's connection that knows when it read a request and when it wrote each message: gRPC's library writes a turn of
 * the loop later than it is told. Right for one call at a time on a connection.
 */
export class StampedConnection implements Tap {
  readonly socket: Socket
  readonly stream
  readonly #readTime: () => number
  readonly #frames = new FrameWalker(0, (type, _flags, length) => this.#frame(type, length))
  readonly #waiting: Waiting[] = []
  #promised = 0
  #written = 0
  #now = 0

  /** When the last bytes of the request were there. */
  readNs = 0

  constructor(socket: Socket, readTime: () => number) {
    this.socket = socket
    this.#readTime = readTime
    this.stream = tapped(socket, this)
  }

  /** To be told with each message that is written; `sent` is called when its last bytes go to the kernel. */
  expect(message: Buffer, sent: (sentNs: number) => void): void {
    this.#promised += prefixBytes + message.length
    this.#waiting.push({ end: this.#promised, sent })
  }

  read(): void {
    this.readNs = this.#readTime()
  }

  writing(bytes: Buffer): void {
    this.#now = monotonicNs()
    for (let at = bytes.indexOf(place); at >= 0; at = bytes.indexOf(place, at + place.length)) {
      bytes.write(String(this.#now).padStart(place.length, '0'), at, 'latin1')
    }
    this.#frames.feed(bytes)
  }

  flushed(): void {}

  gone(): void {}

  #frame(type: number, length: number): void {
    if (type !== frameType.data) return
    this.#written += length
    while (this.#waiting[0] !== undefined && this.#waiting[0].end <= this.#written) {
      this.#waiting.shift()?.sent(this.#now)
    }
  }
}
