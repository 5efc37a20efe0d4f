import type { PollBatches } from '../poll-batch.ts'
import type { EventSink } from '../framing/framer.ts'
import type { TransportEnd } from '../outcome.ts'
import type { PlannedRequest } from '../plan.ts'
import type { PreparedRequest } from '../prepared-request.ts'
import type { OpenSocket } from './http/open-socket.ts'

/** Where requests go. */
export interface TransportTarget {
  readonly endpoints: readonly { readonly url: string }[]
  readonly method: 'POST' | 'GET'
  /** PEM texts; the whole list of trusted authorities for TLS. */
  readonly ca: readonly string[]
}

/** What the connections of a run share. */
export interface TransportRuntime {
  readonly now: () => number
  readonly batches: PollBatches
  /** How HTTP connections are opened; tests give bytes without sockets. */
  readonly openSocket: OpenSocket
}

/** A way to carry requests, settled for the endpoints of a plan: two steps, as requests are prepared before a run has a clock. */
export interface Transport {
  /** Headers are no part of the bytes. */
  readonly headersApart: boolean
  /** The bytes of a request for each endpoint. Throws UserError when it cannot be written. */
  encode(planned: PlannedRequest): readonly Buffer[]
  start(runtime: TransportRuntime): RunningTransport
}

export interface RunningTransport {
  /**
   * Opens connections until `count` are idle, within `seconds`. Failures are left for the requests to meet, so that
   * they are recorded.
   */
  preconnect(endpoint: number, count: number, seconds: number): Promise<void>
  /** `endpoint`: its place in the plan. */
  call(request: PreparedRequest, endpoint: number, sink: CallSink): Call
  /** The text of one framed event; throws when its bytes are not the protocol's. */
  textOf(bytes: Buffer, start: number, end: number): string
  /** Closes every connection. */
  destroy(): void
}

/** One request on its way. */
export interface Call {
  start(): void
  /** Bytes of the reply so far; null before there was a connection for it. */
  readonly bytesIn: number | null
  /** What the reply was, in words that follow an error text: for replies that held no event. */
  describeReply(): string
  /** Gives the request up, if it has not ended: closes or resets what it holds, and tells the sink nothing more. */
  abandon(): void
  /** Nobody asks anything of it any more: it may become the call of another request. */
  release(): void
}

/** The connection that carries a request. */
export interface CarryingConnection {
  readonly id: number
  /** It has carried a request before. */
  readonly reused: boolean
  /** Durations of its opening, ns. `tlsNs` is null without TLS. */
  readonly connectNs: number
  readonly tlsNs: number | null
}

export interface RepliedHead {
  readonly status: number | null
  readonly requestId: string | null
  /** Names in lower case. Absent: the transport has no headers. */
  readonly headers?: ReadonlyMap<string, string>
}

/** What a transport tells of a request while it carries it. */
export interface CallSink {
  /** Takes the framed events. */
  readonly events: EventSink
  /** A connection is being opened for it. `attempt`: 2 when the one before was found dead. */
  connecting(attempt: number): void
  /** Its bytes are written from now on. */
  sending(connection: CarryingConnection): void
  written(): void
  /**
   * A read has brought a part of the reply; events that are committed from now on came with it. `time` is its stamp, the
   * others its place in the poll batches. False: the request was given up, stop reading.
   */
  received(time: number, batch: number, read: number): boolean
  /** The reply's head. */
  replied(head: RepliedHead): void
  /** Events wait for their decoder. */
  framed(): void
  /** The transport is through with it. `closed`: ns on the run's clock; null: with the last read. */
  ended(end: TransportEnd, closed: number | null): void
}
