import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { OnRead, OpenSocket } from '../transport/http/open-socket.ts'

/** How the server's side goes on after its bytes. */
export type Ending = 'keep' | 'end' | 'reset'

export interface Script {
  readonly pieces: readonly Buffer[]
  readonly ending: Ending
}

/** Sockets without a network: the nth request of the run, over all connections, gets the nth script as its reads. `bytes`: of the request. */
export function scriptedSockets(script: (request: number, bytes: Buffer) => Script): OpenSocket {
  let requests = 0
  return (_endpoint, onRead) => new ScriptedSocket(onRead, (bytes) => script(requests++, bytes)) as unknown as Socket
}

class ScriptedSocket extends EventEmitter {
  readonly writableLength = 0
  readonly #onRead: OnRead
  readonly #next: (bytes: Buffer) => Script
  #destroyed = false

  constructor(onRead: OnRead, next: (bytes: Buffer) => Script) {
    super()
    this.#onRead = onRead
    this.#next = next
    process.nextTick(() => this.emit('connect'))
  }

  write(bytes: Buffer): void {
    const { pieces, ending } = this.#next(bytes)
    setImmediate(() => {
      for (const piece of pieces) {
        if (this.#destroyed) return
        this.#onRead(piece.length, piece)
      }
      if (this.#destroyed) return
      if (ending === 'end') this.emit('end')
      else if (ending === 'reset')
        this.emit('error', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
    })
  }

  destroy(): void {
    this.#destroyed = true
  }
}
