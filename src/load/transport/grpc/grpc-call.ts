import { Metadata, status as statusCode, type StatusObject } from '@grpc/grpc-js'
import type { PlannedRequest } from '../../plan.ts'
import type { PreparedRequest } from '../../prepared-request.ts'
import type { ConnectionPool, Opening } from '../pool.ts'
import type { Call, CallSink } from '../transport.ts'
import type { ChannelConnection, ChannelStream, ChannelUser, GrpcEndpoint } from './channel-connection.ts'
import { failureOf } from './status.ts'

/** What the calls of a run share. */
export interface GrpcCallContext {
  readonly pool: ConnectionPool<GrpcEndpoint, ChannelConnection>
  readonly now: () => number
  /** `/package.Service/Method`. */
  readonly path: string
}

/** One call: a message out, any number of messages in. Each is an event. */
export class GrpcCall implements Call, ChannelUser, Opening<ChannelConnection> {
  readonly #context: GrpcCallContext
  readonly #endpoint: GrpcEndpoint
  readonly #request: PreparedRequest
  readonly #message: Buffer
  readonly #sink: CallSink
  #connection: ChannelConnection | null = null
  #stream: ChannelStream | null = null
  #bytesBefore = 0
  #bytesIn: number | null = null
  #messages = 0
  #ended = false

  constructor(
    context: GrpcCallContext,
    endpoint: GrpcEndpoint,
    request: PreparedRequest,
    message: Buffer,
    sink: CallSink,
  ) {
    this.#context = context
    this.#endpoint = endpoint
    this.#request = request
    this.#message = message
    this.#sink = sink
  }

  start(): void {
    const { pool } = this.#context
    const connection = pool.take(this.#endpoint)
    if (connection !== null) {
      this.#send(connection)
      return
    }
    this.#sink.connecting(1)
    this.#connection = pool.open(this.#endpoint, this)
  }

  get bytesIn(): number | null {
    this.#count()
    return this.#bytesIn
  }

  describeReply(): string {
    return ' (the call ended in order without a message)'
  }

  abandon(): void {
    if (this.#ended) return
    this.#count()
    this.#ended = true
    this.#stream?.cancel()
    this.#connection?.destroy()
    this.#connection = null
  }

  release(): void {
    // The stream may still have something to say.
  }

  opened(connection: ChannelConnection): void {
    this.#send(connection)
  }

  failed(text: string): void {
    this.#ended = true
    this.#connection = null
    this.#sink.ended({ kind: 'failed', outcome: 'connection_error', text }, this.#context.now())
  }

  writing(): void {
    const { id, served, connectNs } = this.#connection!
    this.#sink.sending({ id, reused: served > 0, connectNs, tlsNs: null })
  }

  written(): void {
    this.#sink.written()
  }

  #send(connection: ChannelConnection): void {
    this.#connection = connection
    this.#bytesBefore = connection.bytesIn
    const stream = connection.send(this, this.#context.path, this.#message, metadataOf(this.#request))
    this.#stream = stream
    stream.on('metadata', () => {
      if (this.#received()) this.#sink.replied({ status: 200, requestId: null })
    })
    stream.on('data', (message: Buffer) => {
      if (!this.#received()) return
      this.#messages++
      this.#sink.events.append(message, 0, message.length)
      this.#sink.events.commit(null)
      this.#sink.framed()
    })
    stream.on('status', (status: StatusObject) => this.#finish(status))
  }

  /** Whatever the channel hands over belongs to the last read of its socket: it does so before the next one. */
  #received(): boolean {
    if (this.#ended) return false
    const { readTime, readBatch, readIndex } = this.#connection!
    return this.#sink.received(readTime, readBatch, readIndex)
  }

  #finish(status: StatusObject): void {
    if (this.#ended) return
    const connection = this.#connection!
    const { now } = this.#context
    this.#count()
    this.#ended = true
    this.#connection = null
    const { disconnected } = connection
    connection.release()
    if (status.code === statusCode.OK) {
      this.#sink.ended({ kind: 'complete' }, null)
      return
    }
    const { outcome, text } = failureOf(status, { answered: this.#messages > 0, disconnected })
    this.#sink.ended({ kind: 'failed', outcome, text }, now())
  }

  #count(): void {
    if (this.#connection !== null && this.#stream !== null) {
      this.#bytesIn = this.#connection.bytesIn - this.#bytesBefore
    }
  }
}

/** Throws when a header cannot be one of gRPC. */
export function metadataOf({ headers }: Pick<PlannedRequest, 'headers'>): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  return metadata
}
