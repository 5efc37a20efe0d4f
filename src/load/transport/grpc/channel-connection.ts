import { Client, connectivityState, Metadata, type ClientReadableStream } from '@grpc/grpc-js'
import { asBytes, channelOptions } from '../../../grpc/channel-options.ts'
import { plainDetails } from '../../../grpc/details.ts'
import type { PollBatches } from '../../poll-batch.ts'
import type { ConnectionOwner, PooledConnection } from '../pool.ts'
import { clientPreface, endStream, frameType, FrameWalker } from '../../../grpc/frame-walker.ts'
import { TappedCredentials } from './tapped-credentials.ts'
import type { Tap } from '../../../grpc/tapped-socket.ts'

/** Where channels go. */
export interface GrpcEndpoint {
  /** As gRPC names it. */
  readonly target: string
}

/** The request that a channel carries. */
export interface ChannelUser {
  /** The first bytes of the request go to the kernel. */
  writing(): void
  /** The kernel has taken the last of them. */
  written(): void
}

export type ChannelStream = ClientReadableStream<Buffer>

/** After its channel was closed in order, a socket gets so long to send what is left. */
const lingerMs = 200

/** A gRPC channel with one HTTP/2 connection, used for one request at a time. */
export class ChannelConnection implements PooledConnection<GrpcEndpoint>, Tap {
  readonly id: number
  readonly endpoint: GrpcEndpoint
  readonly #owner: ConnectionOwner<ChannelConnection>
  readonly #batches: PollBatches
  readonly #now: () => number
  readonly #client: Client
  readonly #startedAt: number
  readonly #sent = new FrameWalker(clientPreface, (type, flags) => this.#frame(type, flags))
  #user: ChannelUser | null = null
  #sending: 'nothing' | 'head' | 'body' | 'all' = 'nothing'
  #hangUp: (() => void) | null = null
  #state: 'connecting' | 'open' | 'closed' = 'connecting'
  #socketGone = false

  connectNs = 0
  served = 0
  /** Stamp of the last socket read, and its place in the poll batches. */
  readTime = 0
  readBatch = -1
  readIndex = -1
  /** Bytes read since the connection began. */
  bytesIn = 0

  constructor(
    id: number,
    endpoint: GrpcEndpoint,
    owner: ConnectionOwner<ChannelConnection>,
    batches: PollBatches,
    now: () => number,
  ) {
    this.id = id
    this.endpoint = endpoint
    this.#owner = owner
    this.#batches = batches
    this.#now = now
    this.#startedAt = now()
    const credentials = new TappedCredentials((socket) => {
      this.#hangUp = () => socket.destroy()
      if (this.#state === 'closed') socket.destroy()
      return this
    })
    this.#client = new Client(endpoint.target, credentials, channelOptions)
    this.#connect()
  }

  /** Nothing more can come through it. */
  get disconnected(): boolean {
    return this.#socketGone
  }

  /** Sends one message and gives the stream of the answers' bytes. Its errors are also in its status. */
  send(user: ChannelUser, path: string, message: Buffer, metadata: Metadata): ChannelStream {
    this.#user = user
    this.#sending = 'head'
    return this.#client.makeServerStreamRequest(path, asBytes, asBytes, message, metadata).on('error', () => {})
  }

  /** The request is over; its stream needs the connection no more. */
  release(): void {
    this.served++
    this.#user = null
    this.#sending = 'nothing'
    if (this.#state === 'open') this.#owner.released(this)
    else this.#client.close()
  }

  destroy(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#user = null
    this.#client.close()
    // A cancelled request's RST_STREAM is still to be sent.
    if (this.#hangUp !== null) setTimeout(this.#hangUp, lingerMs)
    this.#owner.closed(this)
  }

  read(bytes: Buffer): void {
    this.readTime = this.#batches.stamp()
    this.readBatch = this.#batches.index
    this.readIndex = this.#batches.read
    this.bytesIn += bytes.length
  }

  writing(bytes: Buffer): void {
    this.#sent.feed(bytes)
  }

  flushed(): void {
    if (this.#sending !== 'all') return
    this.#sending = 'nothing'
    this.#user?.written()
  }

  gone(): void {
    this.#socketGone = true
    this.#retire()
  }

  /** No request is to use it any more; one that does so now may end. */
  #retire(): void {
    if (this.#state !== 'open') return
    this.#state = 'closed'
    this.#owner.closed(this)
    if (this.#user === null) this.#client.close()
  }

  #frame(type: number, flags: number): void {
    if (type === frameType.headers && this.#sending === 'head') {
      this.#sending = 'body'
      this.#user?.writing()
    } else if (type === frameType.data && this.#sending === 'body' && (flags & endStream) !== 0) {
      this.#sending = 'all'
    }
  }

  #connect(): void {
    const channel = this.#client.getChannel()
    const look = (): void => {
      if (this.#state !== 'connecting') return
      const state = channel.getConnectivityState(true)
      if (state === connectivityState.READY) this.#opened()
      else if (state === connectivityState.TRANSIENT_FAILURE) this.#explainFailure()
      else channel.watchConnectivityState(state, Infinity, look)
    }
    look()
  }

  #opened(): void {
    this.#state = 'open'
    this.connectNs = this.#now() - this.#startedAt
    // A server that says goodbye takes no more requests, though its socket is still there.
    this.#client.getChannel().watchConnectivityState(connectivityState.READY, Infinity, () => this.#retire())
    this.#owner.opened(this)
  }

  /** A channel keeps the reason to itself until something is asked of it. */
  #explainFailure(): void {
    const question = ['/grpc.health.v1.Health/Check', asBytes, asBytes, Buffer.alloc(0)] as const
    this.#client.makeUnaryRequest(...question, (error) => {
      if (this.#state !== 'connecting') return
      this.#state = 'closed'
      this.#client.close()
      this.#owner.failed(this, error === null ? 'the connection failed' : plainDetails(error.details))
      this.#owner.closed(this)
    })
  }
}
