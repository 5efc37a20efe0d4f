import { connect } from 'node:net'
import type { Socket, TcpNetConnectOpts } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Endpoint } from './endpoint.ts'

/** Takes the bytes of a read, which are only valid during the call; false stops reading. */
export type OnRead = (length: number, bytes: Buffer) => boolean

export type OpenSocket = (endpoint: Endpoint, onRead: OnRead) => Socket

/** One buffer for all sockets: read callbacks are synchronous, and a buffer a read would feed the garbage collector. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024)

export const openSocket: OpenSocket = (endpoint, onRead) => {
  const options: TcpNetConnectOpts = {
    host: endpoint.host,
    port: endpoint.port,
    noDelay: true,
    lookup: endpoint.lookup,
    onread: { buffer: readBuffer, callback: (length, bytes) => onRead(length, bytes as Buffer) },
  }
  if (endpoint.tls === null) return connect(options)
  const socket = connectTls({
    ...options,
    secureContext: endpoint.tls.context,
    servername: endpoint.tls.servername,
    ALPNProtocols: ['http/1.1'],
  })
  // TLS sockets leave the option aside.
  return socket.once('connect', () => socket.setNoDelay(true))
}
