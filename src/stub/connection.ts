import type { Socket } from 'node:net'
import { errorBody } from './errors.ts'
import { createRequestReader, type HttpRequest } from './http-request.ts'
import { head, whole } from './http-response.ts'
import { end, type OpenLog } from './player.ts'
import type { WorkQueue } from './work-queue.ts'

export interface Connection {
  readonly socket: Socket
  /** When the bytes that completed the request were there. */
  readonly readNs: number
  /** The client closes after this request. */
  readonly last: boolean
  /** The client understands bodies in chunks: HTTP/1.0 does not. */
  readonly chunked: boolean
  answer(status: number, type: string, body: string): void
  /** A reply begins that takes time; `onEnd` runs once, whoever ends it. */
  perform(log: OpenLog, onEnd: () => void): void
  stopWith(stop: () => void): void
  readonly complete: (keep: boolean) => void
}

/** One connection: requests are answered one at a time, in order. */
export function serve(
  socket: Socket,
  keepAliveMs: number | null,
  work: WorkQueue,
  readTime: () => number,
  route: (connection: Connection, request: HttpRequest) => void,
): void {
  const waiting: { readonly request: HttpRequest; readonly readNs: number }[] = []
  let busy = false
  let readNs = 0
  let performing: { readonly log: OpenLog; readonly onEnd: () => void } | null = null
  let stop: (() => void) | null = null

  const idle = () => socket.setTimeout(keepAliveMs ?? 0)

  function conclude(): void {
    const ended = performing
    performing = null
    stop = null
    ended?.onEnd()
  }

  function complete(keep: boolean): void {
    conclude()
    busy = false
    if (!keep) return
    idle()
    if (waiting.length > 0) work.add(proceed)
  }

  function proceed(): void {
    if (busy || socket.destroyed) return
    const next = waiting.shift()
    if (next === undefined) return
    busy = true
    socket.setTimeout(0)
    const chunked = next.request.version !== '1.0'
    const last = !chunked || next.request.headers.get('connection')?.toLowerCase() === 'close'
    route(
      {
        socket,
        readNs: next.readNs,
        last,
        chunked,
        answer(status, type, body) {
          socket.write(whole(status, type, body, last ? { connection: 'close' } : {}))
          if (last) socket.end()
          complete(!last)
        },
        perform(log, onEnd) {
          performing = { log, onEnd }
        },
        stopWith(stopPlaying) {
          stop = performing === null ? null : stopPlaying
        },
        complete,
      },
      next.request,
    )
  }

  const reader = createRequestReader(
    (request) => {
      waiting.push({ request, readNs })
      work.add(proceed)
    },
    () => socket.write(head(100, {})),
  )
  socket.on('data', (bytes) => {
    readNs = readTime()
    try {
      reader.feed(bytes)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      socket.end(whole(400, 'application/json', errorBody({ message, type: 'invalid_request_error', code: 400 })))
    }
  })
  socket.on('timeout', () => socket.end())
  socket.on('error', () => {})
  socket.on('close', () => {
    stop?.()
    if (performing?.log.ended === 'open') end(performing.log, 'left')
    conclude()
  })
  idle()
}
