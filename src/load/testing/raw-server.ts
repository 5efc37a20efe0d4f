import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

export interface RawServer extends AsyncDisposable {
  readonly port: number
  /** Requests taken so far, as their head and body, and the serial number of their connection. */
  readonly requests: { connection: number; text: string }[]
  readonly connections: () => number
}

export interface RawServerOptions {
  readonly host?: string
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Called on each new connection, before any request. */
  readonly onConnection?: (socket: Socket, connection: number) => void
}

/** Answers each request as the callback writes it, byte for byte; `index` counts requests over all connections. */
export async function rawServer(
  answer: (socket: Socket, index: number, connection: number) => void,
  options: RawServerOptions = {},
): Promise<RawServer> {
  const requests: { connection: number; text: string }[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const serve = (socket: Socket): void => {
    const connection = connections++
    let received = ''
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      for (;;) {
        const length = requestLength(received)
        if (length === null || received.length < length) return
        requests.push({ connection, text: received.slice(0, length) })
        received = received.slice(length)
        answer(socket, requests.length - 1, connection)
      }
    })
    options.onConnection?.(socket, connection)
  }
  const server: Server = options.tls === undefined ? createServer(serve) : createTlsServer(options.tls, serve)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, options.host ?? '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function requestLength(received: string): number | null {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return null
  const match = /content-length: (\d+)/i.exec(received.slice(0, end))
  return end + 4 + Number(match?.[1] ?? 0)
}

/** A complete chunked reply of server-sent events. */
export function sseReply(events: readonly string[], headers = ''): string {
  const chunks = events.map((data) => chunk(`data: ${data}\n\n`)).join('')
  return `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n${headers}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`
}

export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

/** Two tokens and a finish. */
export const goodEvents = ['{"text":"a"}', '{"text":"b"}', '{"finishReason":"stop"}', '[DONE]']
