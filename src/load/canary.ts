import type { Series } from '../recording/recording.ts'
import type { CanaryPlan } from './plan.ts'
import type { EventSink, Framer } from './framing/framer.ts'
import { SseFramer } from './framing/sse.ts'
import type { PollBatches } from './poll-batch.ts'
import { NumberColumn } from './record/number-column.ts'
import type { Broken, ConnectionUser } from './transport/http/connection.ts'
import { Connection } from './transport/http/connection.ts'
import { parseEndpoint } from './transport/http/endpoint.ts'
import type { OpenSocket } from './transport/http/open-socket.ts'
import { requestBytes } from './transport/http/request-bytes.ts'
import type { ResponseHead } from './transport/http/response-head.ts'
import type { ConnectionOwner } from './transport/pool.ts'

const retryMs = 250
const mark = Buffer.from('"sent_ns":"')

/**
 * One more stream on the loop that measures, from a server that writes into each event when it sent it: what the stamps
 * of the other streams are off by is what its own are off by, sending and waking up included. It is no load: it has no
 * row, no chunk, and a server of its own.
 */
export class Canary implements ConnectionUser, ConnectionOwner<Connection> {
  readonly #open: () => Connection
  readonly #bytes: Buffer
  readonly #monotonicNs: number
  readonly #time = new NumberColumn()
  readonly #error = new NumberColumn()
  readonly #sink = new SentTimes((sent) => this.#event(sent))
  #connection: Connection | null = null
  #framer: Framer = new SseFramer()
  #retry: NodeJS.Timeout | null = null
  #stamp = 0
  #stopped = false

  /** `monotonicNs`: CLOCK_MONOTONIC at the zero of `now`. Throws UserError when the plan's url is none. */
  constructor(plan: CanaryPlan, batches: PollBatches, now: () => number, monotonicNs: number, openSocket: OpenSocket) {
    const endpoint = parseEndpoint(plan.url, 0, [])
    this.#open = () => new Connection(-1, endpoint, this, batches, now, openSocket)
    this.#bytes = requestBytes(plan.request, 'POST', endpoint)
    this.#monotonicNs = monotonicNs
  }

  start(): void {
    this.#connection = this.#open()
  }

  stop(): void {
    this.#stopped = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#connection?.destroy()
    this.#connection = null
  }

  /** Stamp minus send time of each event, s. */
  series(): Series {
    return { name: 'load.canary_error', unit: 's', time: this.#time.toArray(), value: this.#error.toArray() }
  }

  opened(connection: Connection): void {
    this.#ask(connection)
  }

  failed(): void {
    this.#again()
  }

  released(): void {}

  closed(): void {}

  written(): void {}

  received(stamp: number): boolean {
    this.#stamp = stamp
    return !this.#stopped
  }

  head(_head: ResponseHead): void {
    this.#framer = new SseFramer()
  }

  body(bytes: Buffer, start: number, end: number): void {
    this.#framer.feed(bytes, start, end, this.#sink)
  }

  responded(atClose: boolean): void {
    const connection = this.#connection
    if (!atClose && connection !== null && connection.idle) this.#ask(connection)
    else this.#again()
  }

  broken(_how: Broken): void {
    this.#again()
  }

  #ask(connection: Connection): void {
    if (!this.#stopped) connection.send(this, this.#bytes)
  }

  #again(): void {
    this.#connection = null
    if (this.#stopped || this.#retry !== null) return
    this.#retry = setTimeout(() => {
      this.#retry = null
      this.start()
    }, retryMs)
  }

  #event(sent: number): void {
    this.#time.push(this.#stamp)
    this.#error.push((this.#stamp - (sent - this.#monotonicNs)) / 1e9)
  }
}

/** Finds the send time in each event without making a string of it. */
class SentTimes implements EventSink {
  readonly #found: (sent: number) => void
  #event = Buffer.alloc(4096)
  #length = 0

  constructor(found: (sent: number) => void) {
    this.#found = found
  }

  get open(): boolean {
    return this.#length > 0
  }

  append(bytes: Buffer, start: number, end: number): void {
    const taken = Math.min(end - start, this.#event.length - this.#length)
    bytes.copy(this.#event, this.#length, start, start + taken)
    this.#length += taken
  }

  appendByte(byte: number): void {
    if (this.#length < this.#event.length) this.#event[this.#length++] = byte
  }

  commit(): void {
    const at = this.#event.subarray(0, this.#length).indexOf(mark)
    if (at >= 0) {
      let sent = 0
      for (let digit = at + mark.length; digit < this.#length; digit++) {
        const value = this.#event[digit]! - 48
        if (value < 0 || value > 9) break
        sent = sent * 10 + value
      }
      this.#found(sent)
    }
    this.#length = 0
  }

  discard(): void {
    this.#length = 0
  }
}
