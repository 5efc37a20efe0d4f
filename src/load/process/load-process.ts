import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Recording } from '../../recording/recording.ts'
import { UserError } from '../../errors.ts'
import { OutputError } from '../../output-folder.ts'
import type { LoadPlan } from '../plan.ts'
import { wordsFor } from '../rehearsal/no-rehearsal.ts'
import type { RunLoadOptions } from '../run-load.ts'
import type { FromChild, ToChild } from './messages.ts'
import { batchOf, headOf } from './plan-batches.ts'
import { discardRecordings, takeRecording } from './recording-file.ts'

export interface LoadProcessOptions {
  /** Where recordings pass through; made when it is not there. */
  readonly directory: string
  /** Added to PATH, HOME, TMPDIR, LANG and TZ: nothing else of this process's environment is handed on. */
  readonly env?: Readonly<Record<string, string>>
  /** How long an aborted run may take to hand over what it has before the process is killed. Default 10. */
  readonly abortSeconds?: number
  /** Default true. Without, the first point finds code that is not compiled yet: only where its figures do not matter. */
  readonly rehearses?: boolean
}

type RunOptions = Pick<RunLoadOptions, 'signal' | 'onProgress'>

export interface LoadProcess {
  readonly pid: number
  /** Rejects when the process ends before it can take a plan. */
  readonly ready: Promise<void>
  /**
   * Runs one plan after the other, never two at a time. Rejects with UserError when the plan cannot be carried out,
   * with OutputError when its recording cannot be written,
   * with Error (exit code, signal, end of stderr) when the process dies, and when it has not answered an abort in time.
   */
  run(plan: LoadPlan, options?: RunOptions): Promise<Recording>
  /** Ends the process, waits until it is gone, and removes what it left. */
  stop(): Promise<void>
}

/**
 * A young generation of a quarter of the default size: scavenges are more and take less time each, which is what a stamp is
 * late by. The old one is not looked through before it has
 * grown to what a point holds: each time takes 5 ms.
 */
const nodeFlags = [
  '--single-threaded-gc',
  '--max-semi-space-size=4',
  '--initial-old-space-size=256',
  '--disable-warning=ExperimentalWarning',
]

const entry = fileURLToPath(new URL('child.ts', import.meta.url))
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ']
const stderrTail = 4096
const stopMs = 2000

/**
 * Starts the process that does nothing but load: only there is `--single-threaded-gc` a gain, and nothing of the
 * parent's work is on its loop. It leads a group of its own, so that Ctrl-C in a terminal does not reach it.
 */
export function startLoadProcess(options: LoadProcessOptions): LoadProcess {
  const child = spawn(process.execPath, [...nodeFlags, entry, ...wordsFor(options.rehearses ?? true)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    detached: true,
    env: environment(options.env ?? {}),
  })
  return new Handle(child, options)
}

class Handle implements LoadProcess {
  readonly pid: number
  readonly ready: Promise<void>
  readonly #child: ChildProcess
  readonly #options: LoadProcessOptions
  readonly #gone: Promise<Error>
  #stderr = ''
  #busy = false
  #onMessage: (message: FromChild) => void = () => undefined

  constructor(child: ChildProcess, options: LoadProcessOptions) {
    this.#child = child
    this.#options = options
    this.pid = child.pid ?? -1
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString('utf8')).slice(-stderrTail)
    })
    this.#gone = new Promise((resolve) => {
      child.on('error', (error) => resolve(new Error(`the load process: ${error.message}`)))
      // Not 'close', which never comes once this side has disconnected: its last words may still be in the pipe.
      child.on('exit', (code, signal) => {
        const say = (): void => resolve(this.#death(code, signal))
        if (child.stderr === null || child.stderr.closed) say()
        else child.stderr.once('close', say)
      })
    })
    this.ready = new Promise((resolve, reject) => {
      child.on('message', (message: FromChild) => {
        if (message.kind === 'ready') resolve()
        else this.#onMessage(message)
      })
      void this.#gone.then(reject)
    })
    this.ready.catch(() => undefined)
  }

  async run(plan: LoadPlan, options: RunOptions = {}): Promise<Recording> {
    if (this.#busy) throw new Error('the load process already runs a plan')
    this.#busy = true
    let deadline: NodeJS.Timeout | undefined
    const abort = (): void => {
      this.#send({ kind: 'abort' })
      deadline ??= setTimeout(() => this.#kill(), (this.#options.abortSeconds ?? 10) * 1000)
    }
    try {
      // Before it is ready, too: one that never will be must not keep a run from its end.
      if (options.signal?.aborted === true) abort()
      else options.signal?.addEventListener('abort', abort)
      await this.ready
      const answer = this.#answer(plan, options)
      this.#send({ kind: 'run', plan: headOf(plan), directory: this.#options.directory })
      if (options.signal?.aborted === true) this.#send({ kind: 'abort' })
      return await takeRecording(await answer)
    } finally {
      clearTimeout(deadline)
      options.signal?.removeEventListener('abort', abort)
      this.#onMessage = () => undefined
      this.#busy = false
    }
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    const deadline = setTimeout(() => this.#kill(), stopMs)
    await this.#gone
    clearTimeout(deadline)
    await discardRecordings(this.#options.directory, this.pid)
  }

  /** Path of the recording. */
  #answer(plan: LoadPlan, options: RunOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      void this.#gone.then(reject)
      this.#onMessage = (message) => {
        if (message.kind === 'more')
          this.#send({ kind: 'requests', requests: batchOf(plan[message.list], message.from) })
        else if (message.kind === 'progress') options.onProgress?.(message.progress)
        else if (message.kind === 'done') resolve(message.path)
        else if (message.kind === 'unwritten') reject(new OutputError(message.message))
        else if (message.kind === 'failed') reject(failure(message.message, message.exitCode))
      }
    })
  }

  #send(message: ToChild): void {
    if (!this.#child.connected) return
    this.#child.send(message, () => {
      // A failure to send shows as the end of the process.
    })
  }

  #kill(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL')
  }

  #death(code: number | null, signal: NodeJS.Signals | null): Error {
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`
    const tail = this.#stderr.trim()
    return new Error(`the load process ended with ${how}${tail === '' ? '' : `; its last words:\n${tail}`}`)
  }
}

function failure(message: string, exitCode: 1 | 2 | null): Error {
  return exitCode === null ? new Error(`the load process failed: ${message}`) : new UserError(message, exitCode)
}

function environment(extra: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = {}
  for (const name of inherited) {
    const value = process.env[name]
    if (value !== undefined) env[name] = value
  }
  return {
    // Where Node itself would keep it. Types need not be stripped again: a third of the memory and of the start.
    NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
    // What V8's compiling threads gave back stays theirs otherwise: 25 MB.
    MALLOC_ARENA_MAX: '1',
    ...env,
    ...extra,
  }
}
