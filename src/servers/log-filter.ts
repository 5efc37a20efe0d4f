import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Where a server writes instead of its log file. */
export interface LogFilter {
  /** For the server's stdout and stderr. */
  readonly input: Socket
  /** The server has its own handle of the input by now. */
  handedOver(): void
  /** Resolves when all that was written stands in the log; gives up after a moment, as a child may write on. */
  written(): Promise<void>
}

const program = fileURLToPath(new URL('./log-filter-process.ts', import.meta.url))
const patienceSeconds = 2

/**
 * A process that removes secrets from what a server writes. Not in this one: a server that is left running, or whose starter was
 * killed, must still find a reader.
 */
export function startLogFilter(secrets: readonly string[], logDescriptor: number): LogFilter {
  const child = spawn(process.execPath, [program], {
    detached: true,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    stdio: ['pipe', logDescriptor, 'ignore', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  child.unref()
  const input = child.stdin as Socket
  input.on('error', () => {})
  const keys = child.stdio[3] as Socket
  keys.on('error', () => {})
  keys.end(JSON.stringify(secrets))
  return {
    input,
    handedOver: () => input.destroy(),
    written: async () => {
      const done = new AbortController()
      await Promise.race([ended, sleep(patienceSeconds * 1000, undefined, { signal: done.signal }).catch(() => {})])
      done.abort()
    },
  }
}
