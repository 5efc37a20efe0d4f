import type { Socket } from 'node:net'
import { CallCredentials, ChannelCredentials } from '@grpc/grpc-js'

type SecureConnector = ReturnType<ChannelCredentials['_createSecureConnector']>

/** No credentials, but the one place where a channel shows the socket that it has connected. */
export class SocketCredentials extends ChannelCredentials {
  readonly #onSocket: (socket: Socket) => void

  constructor(onSocket: (socket: Socket) => void) {
    super()
    this.#onSocket = onSocket
  }

  override _isSecure(): boolean {
    return false
  }

  override _equals(other: ChannelCredentials): boolean {
    return other === this
  }

  override _createSecureConnector(): SecureConnector {
    return {
      connect: async (socket) => {
        this.#onSocket(socket)
        return { socket, secure: false }
      },
      waitForReady: async () => {},
      getCallCredentials: () => CallCredentials.createEmpty(),
      destroy: () => {},
    }
  }
}
