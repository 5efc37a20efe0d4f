import type { Framing } from '../../../backends/backend.ts'
import type { Outcome } from '../../../recording/vocabulary.ts'
import { errorText } from '../../error-text.ts'
import type { Framer } from '../../framing/framer.ts'
import { framers } from '../../framing/index.ts'
import type { PollBatches } from '../../poll-batch.ts'
import { bytesOf, type PreparedRequest } from '../../prepared-request.ts'
import type { ConnectionPool, Opening } from '../pool.ts'
import type { Call, CallSink } from '../transport.ts'
import type { Broken, Connection, ConnectionUser } from './connection.ts'
import type { Endpoint } from './endpoint.ts'
import type { ResponseHead } from './response-head.ts'

/** What the calls of a run share. */
export interface HttpCallContext {
  readonly pool: ConnectionPool<Endpoint, Connection>
  readonly now: () => number
  readonly batches: PollBatches
  readonly framing: Framing
  /** Ended calls, which become those of other requests: new ones would be moved by the garbage collector while in flight. */
  readonly ended: HttpCall[]
}

type Progress = 'unanswered' | 'head' | 'body'

const errorBodyBytes = 4096
const noBytes = Buffer.alloc(0)
const complete = { kind: 'complete' } as const

/** One request on an HTTP connection of the pool. */
export class HttpCall implements Call, ConnectionUser, Opening<Connection> {
  readonly #context: HttpCallContext
  #endpoint: Endpoint | null = null
  #request: PreparedRequest | null = null
  #sink: CallSink | null = null
  #connection: Connection | null = null
  #taken: number | null = null
  #fromPool = false
  #progress: Progress = 'unanswered'
  #framer: Framer | null = null
  readonly #framers: Partial<Record<Framing, Framer>> = {}
  #head: ResponseHead | null = null
  #errorBody = noBytes

  constructor(context: HttpCallContext) {
    this.#context = context
  }

  begin(endpoint: Endpoint, request: PreparedRequest, sink: CallSink): void {
    this.#endpoint = endpoint
    this.#request = request
    this.#sink = sink
    this.#connection = null
    this.#taken = null
    this.#fromPool = false
    this.#progress = 'unanswered'
    this.#framer = null
    this.#head = null
    this.#errorBody = noBytes
  }

  start(): void {
    const connection = this.#context.pool.take(this.#endpoint!)
    this.#fromPool = connection !== null
    if (connection === null) this.#connect(1)
    else this.#send(connection)
  }

  get bytesIn(): number | null {
    return this.#connection?.taken ?? this.#taken
  }

  describeReply(): string {
    const type = this.#head?.headers.get('content-type') ?? 'unknown'
    return ` (no event in a reply of type ${type}, status ${this.#head?.status ?? null})`
  }

  abandon(): void {
    const connection = this.#connection
    if (connection === null) return
    this.#taken = connection.taken
    this.#connection = null
    connection.destroy()
  }

  release(): void {
    this.#context.ended.push(this)
  }

  opened(connection: Connection): void {
    this.#send(connection)
  }

  failed(text: string): void {
    this.#connection = null
    this.#fail('connection_error', text, this.#context.now())
  }

  written(): void {
    this.#sink!.written()
  }

  received(stamp: number): boolean {
    const { index, read } = this.#context.batches
    if (this.#progress === 'unanswered') this.#progress = 'head'
    return this.#sink!.received(stamp, index, read)
  }

  head(head: ResponseHead): void {
    this.#head = head
    this.#progress = 'body'
    const { headers } = head
    // Azure ML's front has a name of its own for it.
    const requestId = headers.get('x-request-id') ?? headers.get('x-ms-request-id') ?? null
    this.#sink!.replied({ status: head.status, requestId, headers })
    if (head.status >= 300) return
    const { framing } = this.#context
    const json = framing === 'sse' && isJson(headers.get('content-type') ?? '')
    const kind = json ? 'json' : framing
    this.#framer = this.#framers[kind] ??= framers[kind]()
    this.#framer.begin()
  }

  body(bytes: Buffer, start: number, end: number): void {
    if (this.#framer === null) {
      const room = errorBodyBytes - this.#errorBody.length
      this.#errorBody = Buffer.concat([this.#errorBody, bytes.subarray(start, Math.min(end, start + room))])
      return
    }
    this.#framer.feed(bytes, start, end, this.#sink!.events)
    this.#sink!.framed()
  }

  responded(atClose: boolean): void {
    const closed = atClose ? this.#context.now() : null
    this.#taken = this.#connection!.taken
    this.#connection = null
    if (this.#framer === null) {
      this.#fail('http_error', this.#statusText(), closed)
      return
    }
    this.#framer.finish(this.#sink!.events)
    this.#sink!.ended(complete, closed)
  }

  broken(how: Broken): void {
    const now = this.#context.now()
    const unanswered = this.#progress === 'unanswered'
    if (how.kind !== 'protocol' && unanswered && this.#fromPool) {
      this.#context.pool.diedUnanswered(this.#connection!)
      this.#fromPool = false
      this.#connect(2)
      return
    }
    if (how.kind === 'protocol') this.#fail('protocol_error', how.text, now)
    else if (this.#head !== null && this.#framer === null) this.#fail('http_error', this.#statusText(), now)
    else if (how.kind === 'error' || unanswered)
      this.#fail('connection_error', `${how.text}${whereBroken[this.#progress]}`, now)
    else this.#fail('truncated', `${how.text}${whereBroken[this.#progress]}`, now)
  }

  #connect(attempt: number): void {
    this.#sink!.connecting(attempt)
    this.#connection = this.#context.pool.open(this.#endpoint!, this)
  }

  #send(connection: Connection): void {
    const { id, served, connectNs, tlsNs } = connection
    this.#connection = connection
    this.#sink!.sending({ id, reused: served > 0, connectNs, tlsNs })
    connection.send(this, bytesOf(this.#request!, this.#endpoint!.index))
  }

  #fail(outcome: Outcome, text: string, now: number | null): void {
    this.#sink!.ended({ kind: 'failed', outcome, text }, now)
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
}

function isJson(type: string): boolean {
  return type !== 'text/event-stream' && /^application\/json\b/i.test(type)
}

const whereBroken: Readonly<Record<Progress, string>> = {
  unanswered: ' before it answered',
  head: ' within the headers',
  body: ' within the body',
}
