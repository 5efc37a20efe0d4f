import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { UserError } from '../errors.ts'
import type { StubLog } from './log.ts'
import { settle, type StubOptions } from './options.ts'
import type { Stub } from './stub.ts'

export type ToStub = { readonly id: number; readonly command: 'log' | 'clear' }
export type FromStub =
  | { readonly kind: 'started'; readonly url: string; readonly port: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'reply'; readonly id: number; readonly log: StubLog | null }

const program = fileURLToPath(new URL('./process.ts', import.meta.url))

/**
 * Starts a stub as a plain Node process, off the caller's event loop. It dies with the caller, however that ends, and does
 * not keep the caller alive.
 */
export async function startStubProcess(options: StubOptions = {}): Promise<Stub> {
  settle(options)
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  const waiting = new Map<number, (log: StubLog | null) => void>()
  let lastId = 0

  const started = await new Promise<Extract<FromStub, { kind: 'started' }>>((resolve, reject) => {
    child.on('message', (message: FromStub) => {
      if (message.kind === 'started') resolve(message)
      else if (message.kind === 'failed') reject(new UserError(message.message))
      else waiting.get(message.id)?.(message.log)
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`stub: its process ended at the start (${signal ?? code})`)))
  })

  child.unref()
  child.channel?.unref()

  async function call(command: ToStub['command']): Promise<StubLog | null> {
    const id = ++lastId
    const reply = new Promise<StubLog | null>((resolve) => waiting.set(id, resolve))
    child.channel?.ref()
    child.send({ id, command } satisfies ToStub)
    const answer = await Promise.race([reply, exited.then(() => 'exited' as const)])
    waiting.delete(id)
    if (waiting.size === 0) child.channel?.unref()
    if (answer === 'exited') throw new Error('stub: its process has ended')
    return answer
  }

  async function close(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      child.ref()
      if (child.connected) child.disconnect()
      const killer = setTimeout(() => child.kill('SIGKILL'), 2000)
      await exited
      clearTimeout(killer)
    }
  }
  return {
    url: started.url,
    port: started.port,
    pid: child.pid as number,
    log: async () => (await call('log')) as StubLog,
    clear: async () => void (await call('clear')),
    close,
    [Symbol.asyncDispose]: close,
  }
}
