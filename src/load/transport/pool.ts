/** What the pool needs of a connection. */
export interface PooledConnection<Place> {
  readonly endpoint: Place
  /** Requests answered so far. */
  readonly served: number
  /** Closes at once and tells nobody but the pool. */
  destroy(): void
}

/** What a connection tells its pool. */
export interface ConnectionOwner<Connection> {
  opened(connection: Connection): void
  failed(connection: Connection, text: string): void
  released(connection: Connection): void
  closed(connection: Connection): void
}

/** Told once about a connection that was asked for. */
export interface Opening<Connection> {
  opened(connection: Connection): void
  failed(text: string): void
}

/** Begins to open a connection. */
export type OpenConnection<Place, Connection> = (
  id: number,
  endpoint: Place,
  owner: ConnectionOwner<Connection>,
) => Connection

/** Connections by endpoint. The one used last is taken first: it is the least likely to have been closed. */
export class ConnectionPool<Place, Connection extends PooledConnection<Place>> implements ConnectionOwner<Connection> {
  readonly #open: OpenConnection<Place, Connection>
  readonly #idle = new Map<Place, Connection[]>()
  readonly #openings = new Map<Connection, Opening<Connection>>()
  readonly #all = new Set<Connection>()
  readonly #reusable = new Set<Place>()
  readonly #closing = new Set<Place>()
  #serial = 0

  constructor(open: OpenConnection<Place, Connection>) {
    this.#open = open
  }

  take(endpoint: Place): Connection | null {
    return this.#idleAt(endpoint).pop() ?? null
  }

  open(endpoint: Place, opening: Opening<Connection>): Connection {
    const connection = this.#open(this.#serial++, endpoint, this)
    this.#all.add(connection)
    this.#openings.set(connection, opening)
    return connection
  }

  /**
   * Opens connections until `count` are idle, within `seconds`. Failures are left for the requests to meet, so that
   * they are recorded.
   */
  async preconnect(endpoint: Place, count: number, seconds: number): Promise<void> {
    const missing = Math.max(0, count - this.#idleAt(endpoint).length)
    const openings = Array.from({ length: missing }, () => this.#openIdle(endpoint, seconds))
    await Promise.all(openings)
  }

  destroy(): void {
    for (const connection of this.#all) connection.destroy()
  }

  opened(connection: Connection): void {
    const opening = this.#openings.get(connection)
    this.#openings.delete(connection)
    opening?.opened(connection)
  }

  failed(connection: Connection, text: string): void {
    const opening = this.#openings.get(connection)
    this.#openings.delete(connection)
    opening?.failed(text)
  }

  released(connection: Connection): void {
    if (connection.served > 1) this.#reusable.add(connection.endpoint)
    if (this.#closing.has(connection.endpoint)) connection.destroy()
    else this.#idleAt(connection.endpoint).push(connection)
  }

  /**
   * A connection died under a request that it had not begun to answer. Where none was ever used twice, the server
   * closes after each reply without saying so, and is not given another chance to cost a request its time.
   */
  diedUnanswered(connection: Connection): void {
    const { endpoint, served } = connection
    if (served > 0 && !this.#reusable.has(endpoint)) this.#closing.add(endpoint)
  }

  closed(connection: Connection): void {
    this.#all.delete(connection)
    this.failed(connection, 'the connection was given up')
    const idle = this.#idleAt(connection.endpoint)
    const at = idle.lastIndexOf(connection)
    if (at >= 0) idle.splice(at, 1)
  }

  #openIdle(endpoint: Place, seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const connection: Connection = this.open(endpoint, {
        opened: (ready) => {
          clearTimeout(timer)
          this.released(ready)
          resolve()
        },
        failed: () => {
          clearTimeout(timer)
          resolve()
        },
      })
      const timer = setTimeout(() => {
        connection.destroy()
        resolve()
      }, seconds * 1000)
    })
  }

  #idleAt(endpoint: Place): Connection[] {
    let idle = this.#idle.get(endpoint)
    if (idle === undefined) {
      idle = []
      this.#idle.set(endpoint, idle)
    }
    return idle
  }
}
