import type { Outcome, Phase } from '../recording/vocabulary.ts'
import type { Decodable } from './decode-queue.ts'
import { EventBuffer } from './event-buffer.ts'
import type { ExchangeContext } from './exchange-context.ts'
import type { Limited, LimitsNs } from './limits.ts'
import type { TransportEnd } from './outcome.ts'
import { judge } from './outcome.ts'
import { bytesOut, giveUpBytes, type PreparedRequest } from './prepared-request.ts'
import { newRow } from './record/request-row.ts'
import { Reply } from './reply.ts'
import { backoffSeconds, mayPass, retryAfterSeconds } from './retry.ts'
import type { Sent } from './scenarios/scenario.ts'
import type { Call, CallSink, CarryingConnection, RepliedHead } from './transport/transport.ts'

export interface ExchangeEvents {
  /** The transport is through with the request: the client may go on. Its outcome may not be known yet. */
  ended(exchange: Exchange): void
  /** All is decoded and the outcome stands in the record. */
  settled(exchange: Exchange): void
}

const nobody = (): void => undefined
/** Of a request that has not been sent. */
const never = -1

/**
 * One request from the moment a client takes it until its outcome is known; then another one's, where nothing can speak of the
 * old one any more. Objects of each request's own would be moved by the garbage collector while it is in flight.
 */
export class Exchange implements CallSink, Limited, Decodable {
  readonly record = newRow()
  readonly events: EventBuffer
  readonly #context: ExchangeContext
  readonly #watcher: ExchangeEvents
  readonly #reply: Reply
  #request: PreparedRequest | null = null
  #call: Call | null = null
  /** Sendings before the present call, and when the present one was sent. */
  #before = 0
  #sentAt = never
  /** As the record has it, where a read finds it without making a number of its own. */
  #writeStart = never
  #answered = false
  #retries = 0
  /** Between two sendings. */
  #waiting = false
  #retryAfter: string | null = null
  #startedAt = 0
  #connectingSince = 0
  #stamp = 0
  #end: TransportEnd | null = null

  /** Place in the plan. */
  endpoint = 0
  /** Called once the transport is through with it. */
  onEnded: (sent: Sent) => void = nobody
  sweepIndex = 0
  queued = false

  constructor(context: ExchangeContext, watcher: ExchangeEvents) {
    const { transport, recorder, kinds } = context
    this.#context = context
    this.#watcher = watcher
    this.events = new EventBuffer(context.blocks)
    this.#reply = new Reply(this.record, recorder, transport, kinds)
  }

  begin(request: PreparedRequest, phase: Phase, endpoint: number, onEnded: (sent: Sent) => void): void {
    const { record } = this
    const { transport, recorder, createDecoder } = this.#context
    recorder.addRequest(record, request, phase, 'not_sent')
    const decoder = createDecoder()
    decoder.asked?.(request.body)
    this.#reply.begin(record.row, decoder)
    this.#request = request
    this.endpoint = endpoint
    this.onEnded = onEnded
    this.#before = 0
    this.#sentAt = never
    this.#writeStart = never
    this.#answered = false
    this.#retries = 0
    this.#waiting = false
    this.#retryAfter = null
    this.#connectingSince = 0
    this.#stamp = 0
    this.#end = null
    this.#call = transport.call(request, endpoint, this)
    record.endpoint = endpoint
    record.attempts = 1
    record.bytesOut = bytesOut(request, endpoint)
  }

  start(): void {
    this.#context.sweep.add(this)
    this.#startedAt = this.#context.now()
    this.#call!.start()
  }

  /** The reply came to its end, whatever it says. */
  get complete(): boolean {
    return this.#end?.kind === 'complete'
  }

  /** It may become another request's: what failed may still have a connection or a wait that speaks of it. */
  get reusable(): boolean {
    return this.complete && this.#retries === 0
  }

  cancel(text: string): void {
    this.#fail(this.record.writeStart === null ? 'not_sent' : 'cancelled', text, this.#context.now())
  }

  connecting(attempt: number): void {
    this.record.attempts = this.#before + attempt
    this.#connectingSince = this.#context.now()
  }

  sending({ id, reused, connectNs, tlsNs }: CarryingConnection): void {
    const { record } = this
    this.#connectingSince = 0
    record.connection = id
    record.reused = reused
    this.#sentAt = this.#context.now()
    // A connection that is opened for another sending is opened within the time that is measured.
    if (this.#before === 0) {
      record.connect = reused ? null : connectNs
      record.tls = reused ? null : tlsNs
    }
    if (this.#writeStart === never) record.writeStart = this.#writeStart = this.#sentAt
  }

  written(): void {
    this.record.writeDone ??= this.#context.now()
  }

  received(stamp: number, batch: number, read: number): boolean {
    const { record } = this
    const { limits } = this.#context
    const sent = this.#sentAt
    let time = stamp
    if (time < sent) {
      time = this.#context.now()
      this.#context.onReplacedStamp()
    }
    if (!this.#answered) {
      if (time - sent > limits.firstByte) return this.#late('timeout', 'firstByte', time)
      record.firstByte = time
      this.#answered = true
    } else if (time - this.#stamp > limits.idle) {
      return this.#late('stalled', 'idle', time)
    }
    if (time - this.#writeStart > limits.total) return this.#late('timeout', 'total', time)
    this.#stamp = time
    this.events.stamp(time, batch, read)
    return true
  }

  replied({ status, requestId, headers }: RepliedHead): void {
    this.record.httpStatus = status
    this.record.requestIdReturned = requestId
    this.#retryAfter = headers?.get('retry-after') ?? null
    const { timingHeader } = this.#context
    const timing = timingHeader === undefined ? null : (headers?.get(timingHeader) ?? null)
    if (timing !== null) this.record.serverTimings = JSON.stringify({ [timingHeader as string]: timing })
  }

  framed(): void {
    if (!this.queued && this.events.pending > 0) this.#context.decoding.add(this)
  }

  ended(end: TransportEnd, closed: number | null): void {
    // A call that is given up still says so.
    if (this.#waiting) return
    if (!this.#sendsAgain(end)) this.#finish(end, closed ?? this.#stamp)
  }

  checkLimits(now: number): void {
    const { limits } = this.#context
    if (this.#connectingSince > 0) {
      if (now - this.#connectingSince > limits.connect) {
        const end = { kind: 'failed', outcome: 'connection_error', text: this.#limitText('connect') } as const
        if (!this.#sendsAgain(end)) this.#finish(end, now)
      }
      return
    }
    if (this.#writeStart === never) return
    if (now - this.#writeStart > limits.total) this.#late('timeout', 'total', now)
    const sent = this.#sentAt
    if (sent === never) return
    if (!this.#answered && now - sent > limits.firstByte) this.#late('timeout', 'firstByte', now)
    else if (this.#answered && now - this.#stamp > limits.idle) this.#late('stalled', 'idle', now)
  }

  decodeOne(): boolean {
    if (!this.events.take()) return false
    const tokens = this.#reply.take(this.events)
    if (tokens > 0) this.#context.onTokens(tokens)
    return true
  }

  decoded(): void {
    if (this.#end === null) return
    const hint = this.#reply.empty ? this.#call!.describeReply() : ''
    const { outcome, error } = judge(this.#end, this.#reply.end(hint), this.#context.success)
    this.record.outcome = outcome
    this.record.error = error
    this.events.release()
    if (this.reusable) this.#release()
    this.#watcher.settled(this)
  }

  #release(): void {
    const { writeDone, attempts } = this.record
    // It may be answered before it is sent whole.
    if (writeDone !== null && attempts === 1) giveUpBytes(this.#request!)
    this.#call!.release()
  }

  #late(outcome: Outcome, limit: keyof LimitsNs, now: number): false {
    this.#fail(outcome, this.#limitText(limit), now)
    return false
  }

  #limitText(limit: keyof LimitsNs): string {
    return `${limitWords[limit]} limit of ${this.#context.limits[limit] / 1e9} s reached`
  }

  /** Whether the request goes on after a failed sending. Its times begin with the first one. */
  #sendsAgain(end: TransportEnd): boolean {
    const { record } = this
    const { retry, limits, transport, now } = this.#context
    const attempt = { end, status: record.httpStatus, answered: this.#answered }
    if (this.#end !== null || this.#retries >= retry.limit || !mayPass(attempt)) return false
    const asked = retryAfterSeconds(this.#retryAfter, retry.wallNow())
    const seconds = asked ?? backoffSeconds(this.#retries + 1, retry.random())
    const first = this.#writeStart === never ? this.#startedAt : this.#writeStart
    const closed = now()
    if (closed + seconds * 1e9 - first > limits.total) return false
    record.writeStart = first
    this.#writeStart = first
    this.#retries++
    this.#connectingSince = 0
    this.#sentAt = never
    this.#waiting = true
    this.#call!.abandon()
    retry.wait(seconds, (stopped) => {
      if (this.#end !== null) return
      if (stopped) {
        this.#finish(end, closed)
        return
      }
      this.#waiting = false
      this.#before = record.attempts ?? 0
      record.attempts = this.#before + 1
      record.httpStatus = null
      record.requestIdReturned = null
      record.serverTimings = null
      record.firstByte = null
      this.#answered = false
      this.#retryAfter = null
      this.#call = transport.call(this.#request!, this.endpoint, this)
      this.#call.start()
    })
    return true
  }

  #fail(outcome: Outcome, text: string, now: number): void {
    this.#finish({ kind: 'failed', outcome, text }, now)
  }

  #finish(end: TransportEnd, closed: number): void {
    if (this.#end !== null) return
    this.#end = end
    this.record.closed = closed
    this.#call!.abandon()
    this.record.bytesIn = this.#call!.bytesIn
    this.#context.sweep.remove(this)
    this.#context.decoding.add(this)
    this.#watcher.ended(this)
  }
}

const limitWords: Readonly<Record<keyof LimitsNs, string>> = {
  connect: 'connect',
  firstByte: 'first byte',
  idle: 'idle',
  total: 'total',
}
