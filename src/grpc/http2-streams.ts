import { subscribe } from 'node:diagnostics_channel'
import type { Http2Stream } from 'node:http2'
import type { Socket } from 'node:net'

type OnStream = (stream: Http2Stream) => void

const watcher = Symbol('servemark.onStream')
type Watched = Socket & { [watcher]?: OnStream }

let subscribed = false

/**
 * Calls `onStream` for each HTTP/2 stream of a session over this socket, at once when it comes to be: gRPC's library keeps
 * its streams to itself, and tells of what they bring only some ticks later.
 */
export function watchStreams(socket: Socket, onStream: OnStream): void {
  const watched: Watched = socket
  watched[watcher] = onStream
  if (subscribed) return
  subscribed = true
  for (const side of ['client', 'server']) {
    subscribe(`http2.${side}.stream.created`, (message) => {
      const { stream } = message as { readonly stream: Http2Stream }
      // The session's view of its socket passes on what it does not know.
      const carrying: Watched | undefined = stream.session?.socket
      carrying?.[watcher]?.(stream)
    })
  }
}
