import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Replies } from './rehearsal-replies.ts'

export interface RehearsalServer extends AsyncDisposable {
  readonly url: string
}

const types = ['text/event-stream', 'text/event-stream; charset=utf-8']

/** Answers whatever it is sent with the replies in turn, on this thread's own loop. */
export async function startRehearsalServer(replies: Replies): Promise<RehearsalServer> {
  const written = replies.map((reply) => reply.map(chunk))
  const sockets = new Set<Socket>()
  let next = 0
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', () => {
      next++
      answer(socket, headOf(next), written[next % written.length] ?? [])
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Mostly what the reply before began with, now and then what no other does. */
function headOf(reply: number): string {
  const id = reply % 8 === 0 ? `x-request-id: ${reply}\r\n` : ''
  const type = types[(reply >> 3) % types.length]
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${id}transfer-encoding: chunked\r\n\r\n`
}

/** The first half a chunk a turn, so that each is a read of its own; then the rest at once, which the loop has to wait for. */
function answer(socket: Socket, head: string, chunks: readonly string[]): void {
  const half = chunks.length / 2
  let at = 0
  const turn = (): void => {
    if (socket.destroyed) return
    if (at < half) {
      socket.write(at === 0 ? head + chunks[at] : (chunks[at] ?? ''))
      at++
      setImmediate(turn)
    } else {
      socket.write(`${chunks.slice(at).join('')}0\r\n\r\n`)
    }
  }
  if (chunks.length > 10) setTimeout(turn, 1)
  else turn()
}

function chunk(body: string): string {
  return `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`
}
