import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** What passes through a socket. */
export interface Tap {
  /** Before anything is made of the bytes. */
  read(bytes: Buffer): void
  /** Right before the bytes go to the kernel. */
  writing(bytes: Buffer): void
  /** The kernel has taken all that was written. */
  flushed(): void
  gone(): void
}

/**
 * A socket whose bytes pass through us. HTTP/2 reads a plain socket natively and tells JavaScript only of what it made
 * of the bytes; a stream that is no socket it reads by `data` events, so that a read can be stamped when it happens.
 */
export function tapped(socket: Socket, tap: Tap): Duplex {
  const duplex = new Duplex({
    read: () => void socket.resume(),
    write(bytes: Buffer, _encoding, done) {
      tap.writing(bytes)
      socket.write(bytes, (error) => {
        if (!error && socket.writableLength === 0) tap.flushed()
        done(error)
      })
    },
    final(done) {
      socket.end(done)
    },
    destroy(error, done) {
      socket.destroy()
      done(error)
    },
  })
  socket.on('data', (bytes) => {
    tap.read(bytes)
    if (!duplex.push(bytes)) socket.pause()
  })
  socket.on('end', () => duplex.push(null))
  socket.on('error', (error) => duplex.destroy(error))
  socket.on('close', () => {
    tap.gone()
    duplex.destroy()
  })
  return duplex
}
