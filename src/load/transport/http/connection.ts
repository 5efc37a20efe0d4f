import type { Socket } from 'node:net'
import type { PollBatches } from '../../poll-batch.ts'
import type { ConnectionOwner, PooledConnection } from '../pool.ts'
import type { Endpoint } from './endpoint.ts'
import type { OpenSocket } from './open-socket.ts'
import { ProtocolError } from '../protocol-error.ts'
import type { ResponseSink } from './response-parser.ts'
import { ResponseParser } from './response-parser.ts'

/** How a connection ended under a request: the peer closed its side, an error such as a reset, or broken protocol. */
export interface Broken {
  readonly kind: 'end' | 'error' | 'protocol'
  readonly text: string
}

/** The request that a connection carries. */
export interface ConnectionUser extends ResponseSink {
  written(): void
  /** A read has brought bytes of the reply. False: the user has given up, stop reading. */
  received(stamp: number): boolean
  /** The reply is complete; the connection is already back in its pool, or closed (`atClose`: by the peer, as its end). */
  responded(atClose: boolean): void
  broken(how: Broken): void
}

type State = 'connecting' | 'idle' | 'busy' | 'closed'

/** One HTTP/1.1 connection. */
export class Connection implements PooledConnection<Endpoint> {
  readonly id: number
  readonly endpoint: Endpoint
  readonly #owner: ConnectionOwner<Connection>
  readonly #batches: PollBatches
  readonly #now: () => number
  readonly #socket: Socket
  readonly #parser = new ResponseParser()
  readonly #startedAt: number
  #connectedAt = 0
  #user: ConnectionUser | null = null
  /** Writes that the kernel has not taken whole. A request may be answered before it has. */
  #unwritten = 0
  readonly #onWritten = (): void => {
    if (--this.#unwritten === 0) this.#user?.written()
  }
  #state: State = 'connecting'

  /** Durations in ns. `tls` is null without TLS. */
  connectNs = 0
  tlsNs: number | null = null
  /** Requests answered so far. */
  served = 0

  constructor(
    id: number,
    endpoint: Endpoint,
    owner: ConnectionOwner<Connection>,
    batches: PollBatches,
    now: () => number,
    open: OpenSocket,
  ) {
    this.id = id
    this.endpoint = endpoint
    this.#owner = owner
    this.#batches = batches
    this.#now = now
    this.#startedAt = now()
    this.#socket = open(endpoint, (length, bytes) => this.#read(length, bytes))
    this.#socket.on('connect', () => this.#connected())
    this.#socket.on('secureConnect', () => this.#secured())
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#gone('error', errorText(error)))
    this.#socket.on('end', () => this.#gone('end', 'the server closed the connection'))
    this.#socket.on('close', () => this.#gone('error', 'the connection was closed'))
  }

  get idle(): boolean {
    return this.#state === 'idle'
  }

  /** Bytes of the current or last reply. */
  get taken(): number {
    return this.#parser.taken
  }

  /** Writes a request. The connection must be idle. */
  send(user: ConnectionUser, bytes: Buffer): void {
    this.#state = 'busy'
    this.#user = user
    this.#parser.begin(user)
    this.#unwritten++
    this.#socket.write(bytes, this.#onWritten)
    if (this.#socket.writableLength === 0) user.written()
  }

  /** Closes at once and tells nobody but the pool. */
  destroy(): void {
    if (this.#state === 'closed') return
    this.#close()
    this.#owner.closed(this)
  }

  #close(): void {
    this.#state = 'closed'
    this.#user = null
    this.#socket.destroy()
  }

  #connected(): void {
    this.#connectedAt = this.#now()
    this.connectNs = this.#connectedAt - this.#startedAt
    if (this.endpoint.tls === null) this.#open()
  }

  #secured(): void {
    this.tlsNs = this.#now() - this.#connectedAt
    this.#open()
  }

  #open(): void {
    if (this.#state !== 'connecting') return
    this.#state = 'idle'
    this.#owner.opened(this)
  }

  #read(length: number, bytes: Buffer): boolean {
    const stamp = this.#batches.stamp()
    const user = this.#user
    if (user === null) {
      this.destroy()
      return false
    }
    if (!user.received(stamp)) return false
    let stop: number
    try {
      stop = this.#parser.parse(bytes, 0, length)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.destroy()
      user.broken({ kind: 'protocol', text: error.message })
      return false
    }
    if (this.#parser.complete) this.#finish(user, this.#parser.keepAlive && stop === length)
    return true
  }

  #finish(user: ConnectionUser, keep: boolean): void {
    this.served++
    this.#user = null
    if (keep) {
      this.#state = 'idle'
      this.#owner.released(this)
    } else {
      this.destroy()
    }
    user.responded(false)
  }

  #gone(kind: 'end' | 'error', text: string): void {
    if (this.#state === 'closed') return
    const user = this.#user
    const connecting = this.#state === 'connecting'
    this.#close()
    if (connecting) this.#owner.failed(this, text)
    this.#owner.closed(this)
    if (user === null) return
    if (kind === 'end' && this.#parser.close()) user.responded(true)
    else user.broken({ kind, text })
  }
}

/** Happy eyeballs report all tries in one error without a message. */
function errorText(error: NodeJS.ErrnoException): string {
  if (error instanceof AggregateError) {
    return error.errors.map((one: Error) => one.message).join('; ')
  }
  const code = error.code ?? ''
  return code === '' || error.message.includes(code) ? error.message : `${error.message} (${code})`
}
