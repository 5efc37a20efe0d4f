import type { Http2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { Client, connectivityState, type ClientReadableStream, type Metadata } from '@grpc/grpc-js'
import { asBytes, channelOptions } from '../../../grpc/channel-options.ts'
import { plainDetails } from '../../../grpc/details.ts'
import { watchStreams } from '../../../grpc/http2-streams.ts'
import type { PollBatches } from '../../poll-batch.ts'
import type { ConnectionOwner, PooledConnection } from '../pool.ts'
import { SocketCredentials } from './socket-credentials.ts'

/** Where channels go. */
export interface GrpcEndpoint {
  /** As gRPC names it. */
  readonly target: string
}

/** The request that a channel carries. */
export interface ChannelUser {
  /** Its HTTP/2 stream is made: the bytes go to the kernel at the end of this turn of the loop. */
  writing(): void
  /** That turn has ended. */
  written(): void
}

export type ChannelStream = ClientReadableStream<Buffer>

/** After its channel was closed in order, a socket gets so long to send what is left. */
const lingerMs = 200

/**
 * A gRPC channel with one HTTP/2 connection, used for one request at a time. HTTP/2 reads its socket natively, so the
 * first that JavaScript sees of a read is an event of the stream that it was for: there the stamps are taken, ahead of
 * gRPC's own handling.
 */
export class ChannelConnection implements PooledConnection<GrpcEndpoint> {
  readonly id: number
  readonly endpoint: GrpcEndpoint
  readonly #owner: ConnectionOwner<ChannelConnection>
  readonly #batches: PollBatches
  readonly #now: () => number
  readonly #client: Client
  readonly #startedAt: number
  #user: ChannelUser | null = null
  #socket: Socket | null = null
  #state: 'connecting' | 'open' | 'closed' = 'connecting'

  connectNs = 0
  served = 0
  /** Stamp of the last read, and its place in the poll batches. */
  readTime = 0
  readBatch = -1
  readIndex = -1
  /** Bytes read since the connection began, up to the last stamp. */
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
    const credentials = new SocketCredentials((socket) => this.#connected(socket))
    this.#client = new Client(endpoint.target, credentials, channelOptions)
    this.#open()
  }

  /** Nothing more can come through it. */
  get disconnected(): boolean {
    return this.#socket === null || this.#socket.destroyed
  }

  /** Sends one message and gives the stream of the answers' bytes. Its errors are also in its status. */
  send(user: ChannelUser, path: string, message: Buffer, metadata: Metadata): ChannelStream {
    this.#user = user
    return this.#client.makeServerStreamRequest(path, asBytes, asBytes, message, metadata).on('error', () => {})
  }

  /** The request is over; its stream needs the connection no more. */
  release(): void {
    this.served++
    this.#user = null
    if (this.#state === 'open') this.#owner.released(this)
    else this.#client.close()
  }

  destroy(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#user = null
    this.#client.close()
    // A cancelled request's RST_STREAM is still to be sent.
    const socket = this.#socket
    if (socket !== null) setTimeout(() => socket.destroy(), lingerMs)
    this.#owner.closed(this)
  }

  #open(): void {
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

  #connected(socket: Socket): void {
    // A channel that lost its connection makes another when it is used: here that is a connection of its own.
    if (this.#state !== 'connecting') {
      socket.destroy()
      return
    }
    this.#socket = socket
    watchStreams(socket, (stream) => this.#begun(stream))
    socket.once('close', () => this.#retire())
  }

  #opened(): void {
    this.#state = 'open'
    this.connectNs = this.#now() - this.#startedAt
    // A server that says goodbye takes no more requests, though its socket is still there.
    this.#client.getChannel().watchConnectivityState(connectivityState.READY, Infinity, () => this.#retire())
    this.#owner.opened(this)
  }

  /** No request is to use it any more; one that does so now may end. */
  #retire(): void {
    if (this.#state !== 'open') return
    this.#state = 'closed'
    this.#owner.closed(this)
    if (this.#user === null) this.#client.close()
  }

  /** Before gRPC listens to the stream, so that a stamp is there when it tells of what came. */
  #begun(stream: Http2Stream): void {
    const user = this.#user
    if (user === null) return
    for (const event of ['response', 'data', 'trailers']) stream.prependListener(event, () => this.#read())
    user.writing()
    // Sessions write at the start of the phase that runs immediates.
    setImmediate(() => {
      if (this.#user === user) user.written()
    })
  }

  /** Several events of a read share its stamp. */
  #read(): void {
    const bytes = this.#socket!.bytesRead
    if (bytes === this.bytesIn) return
    this.bytesIn = bytes
    this.readTime = this.#batches.stamp()
    this.readBatch = this.#batches.index
    this.readIndex = this.#batches.read
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
