import type { Socket } from 'node:net'
import { CallCredentials, ChannelCredentials } from '@grpc/grpc-js'
import { tapped, type Tap } from '../../../grpc/tapped-socket.ts'

type SecureConnector = ReturnType<ChannelCredentials['_createSecureConnector']>

/** No credentials, but the one place where a channel lets us put something between its socket and its HTTP/2 session. */
export class TappedCredentials extends ChannelCredentials {
  readonly #tap: (socket: Socket) => Tap

  /** `tap` is called for each socket that the channel has connected. */
  constructor(tap: (socket: Socket) => Tap) {
    super()
    this.#tap = tap
  }

  override _isSecure(): boolean {
    return false
  }

  override _equals(other: ChannelCredentials): boolean {
    return other === this
  }

  override _createSecureConnector(): SecureConnector {
    return {
      // The session takes any duplex stream; only the type asks for a socket.
      connect: async (socket) => ({ socket: tapped(socket, this.#tap(socket)) as Socket, secure: false }),
      waitForReady: async () => {},
      getCallCredentials: () => CallCredentials.createEmpty(),
      destroy: () => {},
    }
  }
}
