import type { Socket } from 'node:net'
import { watchStreams } from '../../grpc/http2-streams.ts'

/** A server's connection that knows when it read a request. For one call at a time. */
export class StampedConnection {
  readonly socket: Socket
  /** When the head of the last request was there. */
  readNs = 0

  constructor(socket: Socket, readTime: () => number) {
    this.socket = socket
    watchStreams(socket, () => {
      this.readNs = readTime()
    })
  }
}
