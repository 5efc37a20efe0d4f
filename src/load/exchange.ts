import type { Decoder, Framing, SuccessRule } from '../backends/backend.ts'
import type { Outcome } from '../recording/vocabulary.ts'
import type { Decodable, DecodeQueue } from './decode-queue.ts'
import { errorText } from './error-text.ts'
import type { BlockPool } from './event-buffer.ts'
import { EventBuffer } from './event-buffer.ts'
import { framers } from './framing/index.ts'
import type { Framer } from './framing/framer.ts'
import type { Limited, LimitsNs, LimitSweep } from './limits.ts'
import type { TransportEnd } from './outcome.ts'
import { judge } from './outcome.ts'
import type { PollBatches } from './poll-batch.ts'
import type { Recorder } from './recorder.ts'
import { Reply } from './reply.ts'
import type { RequestRecord } from './request-record.ts'
import type { Broken, Connection, ConnectionUser } from './transport/connection.ts'
import type { Endpoint } from './transport/endpoint.ts'
import type { ConnectionPool, Opening } from './transport/pool.ts'
import type { ResponseHead } from './transport/response-head.ts'

/** What the requests of a run share. */
export interface ExchangeContext {
  readonly now: () => number
  readonly batches: PollBatches
  readonly pool: ConnectionPool
  readonly sweep: LimitSweep
  readonly decoding: DecodeQueue
  readonly blocks: BlockPool
  readonly recorder: Recorder
  readonly limits: LimitsNs
  readonly framing: Framing
  readonly success: SuccessRule
  readonly createDecoder: () => Decoder
  /** Tokens that a decoded event carried. */
  readonly onTokens: (tokens: number) => void
  /** A stamp lay before its own send and was replaced by the read's time. */
  readonly onReplacedStamp: () => void
}

export interface ExchangeEvents {
  /** The transport is through with the request: the client may go on. Its outcome may not be known yet. */
  ended(): void
  /** All is decoded and the outcome stands in the record. */
  settled(): void
}

const errorBodyBytes = 4096

/** One request from the moment a client takes it until its outcome is known. */
export class Exchange implements ConnectionUser, Opening, Limited, Decodable {
  readonly record: RequestRecord
  readonly #context: ExchangeContext
  readonly #events: ExchangeEvents
  readonly #endpoint: Endpoint
  readonly #bytes: Buffer
  readonly #buffer: EventBuffer
  readonly #reply: Reply
  #connection: Connection | null = null
  #fromPool = false
  #connectingSince = 0
  #stamp = 0
  #framer: Framer | null = null
  #head: ResponseHead | null = null
  #errorBody = Buffer.alloc(0)
  #end: TransportEnd | null = null

  sweepIndex = 0
  queued = false

  constructor(
    context: ExchangeContext,
    record: RequestRecord,
    endpoint: Endpoint,
    bytes: Buffer,
    events: ExchangeEvents,
  ) {
    this.record = record
    this.#context = context
    this.#events = events
    this.#endpoint = endpoint
    this.#bytes = bytes
    this.#buffer = new EventBuffer(context.blocks)
    const decoder = context.createDecoder()
    decoder.asked?.(bytes.toString('utf8', bytes.indexOf('\r\n\r\n') + 4))
    this.#reply = new Reply(record, context.recorder.addRequest(record), context.recorder, decoder)
    record.endpoint = endpoint.index
    record.attempts = 1
    record.bytesOut = bytes.length
  }

  start(): void {
    this.#context.sweep.add(this)
    const connection = this.#context.pool.take(this.#endpoint)
    this.#fromPool = connection !== null
    if (connection === null) this.#connect()
    else this.#send(connection)
  }

  /** The reply came to its end, whatever it says. */
  get complete(): boolean {
    return this.#end?.kind === 'complete'
  }

  cancel(text: string): void {
    this.#fail(this.record.writeStart === null ? 'not_sent' : 'cancelled', text, this.#context.now())
  }

  opened(connection: Connection): void {
    this.#send(connection)
  }

  failed(text: string): void {
    this.#connection = null
    this.#fail('connection_error', text, this.#context.now())
  }

  written(): void {
    this.record.writeDone ??= this.#context.now()
  }

  received(stamp: number): boolean {
    const { record } = this
    const { limits, batches } = this.#context
    const sent = record.writeStart!
    let time = stamp
    if (time < sent) {
      time = this.#context.now()
      this.#context.onReplacedStamp()
    }
    if (record.firstByte === null) {
      if (time - sent > limits.firstByte) return this.#late('timeout', 'firstByte', time)
      record.firstByte = time
    } else if (time - this.#stamp > limits.idle) {
      return this.#late('stalled', 'idle', time)
    }
    if (time - sent > limits.total) return this.#late('timeout', 'total', time)
    this.#stamp = time
    this.#buffer.stamp(time, batches.index, batches.read)
    return true
  }

  head(head: ResponseHead): void {
    this.#head = head
    this.record.httpStatus = head.status
    this.record.requestIdReturned = head.headers.get('x-request-id') ?? null
    if (head.status >= 300) return
    const { framing } = this.#context
    const json = framing === 'sse' && /^application\/json\b/i.test(head.headers.get('content-type') ?? '')
    this.#framer = framers[json ? 'json' : framing]()
  }

  body(bytes: Buffer, start: number, end: number): void {
    if (this.#framer === null) {
      const room = errorBodyBytes - this.#errorBody.length
      this.#errorBody = Buffer.concat([this.#errorBody, bytes.subarray(start, Math.min(end, start + room))])
      return
    }
    this.#framer.feed(bytes, start, end, this.#buffer)
    if (!this.queued && this.#buffer.pending > 0) this.#context.decoding.add(this)
  }

  responded(atClose: boolean): void {
    const closed = atClose ? this.#context.now() : this.#stamp
    this.record.bytesIn = this.#connection!.taken
    this.#connection = null
    if (this.#framer === null) {
      this.#fail('http_error', this.#statusText(), closed)
      return
    }
    this.#framer.finish(this.#buffer)
    this.#finish({ kind: 'complete' }, closed)
  }

  broken(how: Broken): void {
    const now = this.#context.now()
    const unanswered = this.record.firstByte === null
    if (how.kind !== 'protocol' && unanswered && this.#fromPool) {
      this.#context.pool.diedUnanswered(this.#connection!)
      this.#fromPool = false
      this.record.attempts = 2
      this.#connect()
      return
    }
    if (how.kind === 'protocol') this.#fail('protocol_error', how.text, now)
    else if (this.#head !== null && this.#framer === null) this.#fail('http_error', this.#statusText(), now)
    else if (how.kind === 'error' || unanswered) this.#fail('connection_error', `${how.text}${this.#where()}`, now)
    else this.#fail('truncated', `${how.text}${this.#where()}`, now)
  }

  checkLimits(now: number): void {
    const { record } = this
    const { limits } = this.#context
    if (this.#connectingSince > 0) {
      if (now - this.#connectingSince > limits.connect) this.#late('connection_error', 'connect', now)
      return
    }
    const sent = record.writeStart
    if (sent === null) return
    if (now - sent > limits.total) this.#late('timeout', 'total', now)
    else if (record.firstByte === null && now - sent > limits.firstByte) this.#late('timeout', 'firstByte', now)
    else if (record.firstByte !== null && now - this.#stamp > limits.idle) this.#late('stalled', 'idle', now)
  }

  decodeOne(): boolean {
    if (!this.#buffer.take()) return false
    const tokens = this.#reply.take(this.#buffer)
    if (tokens > 0) this.#context.onTokens(tokens)
    return true
  }

  decoded(): void {
    if (this.#end === null) return
    const type = this.#head?.headers.get('content-type')
    const hint = ` (no event in a reply of type ${type ?? 'unknown'}, status ${this.record.httpStatus})`
    const { outcome, error } = judge(this.#end, this.#reply.end(hint), this.#context.success)
    this.record.outcome = outcome
    this.record.error = error
    this.#buffer.release()
    this.#events.settled()
  }

  #connect(): void {
    this.#connectingSince = this.#context.now()
    this.#connection = this.#context.pool.open(this.#endpoint, this)
  }

  #send(connection: Connection): void {
    const { record } = this
    this.#connection = connection
    this.#connectingSince = 0
    record.connection = connection.id
    record.reused = connection.served > 0
    record.connect = record.reused ? null : connection.connectNs
    record.tls = record.reused ? null : connection.tlsNs
    record.writeStart ??= this.#context.now()
    connection.send(this, this.#bytes)
  }

  #late(outcome: Outcome, limit: keyof LimitsNs, now: number): false {
    const seconds = this.#context.limits[limit] / 1e9
    this.#fail(outcome, `${limitWords[limit]} limit of ${seconds} s reached`, now)
    return false
  }

  #fail(outcome: Outcome, text: string, now: number): void {
    this.#finish({ kind: 'failed', outcome, text }, now)
  }

  #finish(end: TransportEnd, closed: number): void {
    if (this.#end !== null) return
    this.#end = end
    this.record.closed = closed
    if (this.#connection !== null) {
      this.record.bytesIn = this.#connection.taken
      this.#connection.destroy()
      this.#connection = null
    }
    this.#context.sweep.remove(this)
    this.#context.decoding.add(this)
    this.#events.ended()
  }

  #statusText(): string {
    const { status, reason, headers } = this.#head!
    const location = headers.get('location')
    if (status < 400 && location !== undefined) {
      return `${status} redirect to ${location} is not followed: give the final URL`
    }
    const text = errorText(this.#errorBody.toString('utf8'))
    return text === '' ? `${status} ${reason}`.trim() : text
  }

  #where(): string {
    if (this.record.firstByte === null) return ' before it answered'
    return this.#head === null ? ' within the headers' : ' within the body'
  }
}

const limitWords: Readonly<Record<keyof LimitsNs, string>> = {
  connect: 'connect',
  firstByte: 'first byte',
  idle: 'idle',
  total: 'total',
}
