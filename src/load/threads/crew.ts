import { Worker } from 'node:worker_threads'
import { UserError } from '../../errors.ts'
import { wordsFor } from '../rehearsal/no-rehearsal.ts'
import type { FromThread, ToThread } from './messages.ts'
import type { ThreadPart, ThreadTask } from './task.ts'
import type { News } from './team.ts'

/** What the threads of a point ask of the one that started them. */
export interface CrewHost {
  readonly now: () => number
  /** All threads are about to begin. */
  readonly beforeBegin: () => void
  readonly signal?: AbortSignal | undefined
}

/** Threads begin so much later than the last of them was ready: the message that says when takes less. */
const leadNs = 5e6

const entry = new URL('./worker.ts', import.meta.url)

/** Load threads, started when they are first needed and kept, so that their code is warm at the next point. */
export class Crew {
  readonly #workers: Worker[] = []
  readonly #words: readonly string[]

  constructor({ rehearses = true }: { readonly rehearses?: boolean } = {}) {
    this.#words = wordsFor(rehearses)
  }

  /** Starts threads before they are needed; resolves when they are there. */
  async prepare(threads: number): Promise<void> {
    const missing = Math.max(0, threads - this.#workers.length)
    const started = Array.from({ length: missing }, () => new Worker(entry, { execArgv: [], argv: [...this.#words] }))
    this.#workers.push(...started)
    await Promise.all(
      started.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            worker.once('message', () => resolve())
            worker.once('error', reject)
          }),
      ),
    )
    for (const worker of started) worker.unref()
  }

  /**
   * A task a thread; never two points at a time. Rejects with UserError when one of them cannot be carried out, with
   * Error when a thread dies; the threads are gone then.
   */
  async run(tasks: readonly ThreadTask[], host: CrewHost): Promise<ThreadPart[]> {
    await this.prepare(tasks.length)
    const workers = this.#workers.slice(0, tasks.length)
    for (const worker of workers) worker.ref()
    try {
      return await new Meeting(workers, tasks, host).over
    } catch (error) {
      await this.close()
      throw error
    } finally {
      for (const worker of workers) worker.unref()
    }
  }

  async close(): Promise<void> {
    const workers = this.#workers.splice(0)
    await Promise.all(workers.map(async (worker) => await worker.terminate()))
  }
}

type Place =
  | { readonly kind: 'running' }
  | { readonly kind: 'waiting'; readonly message: Extract<FromThread, { kind: 'together' | 'begin' }> }
  | { readonly kind: 'done'; readonly part: ThreadPart }

/** One point's threads: passes on what they tell, and lets them meet. */
class Meeting {
  readonly over: Promise<ThreadPart[]>
  readonly #workers: readonly Worker[]
  readonly #host: CrewHost
  readonly #places: Place[]

  constructor(workers: readonly Worker[], tasks: readonly ThreadTask[], host: CrewHost) {
    this.#workers = workers
    this.#host = host
    this.#places = workers.map(() => ({ kind: 'running' }))
    const settled = Promise.withResolvers<ThreadPart[]>()
    const abort = (): void => this.#tell('aborted', null)
    const ends = workers.map((worker, place) => {
      const message = (heard: FromThread): void => {
        if (heard.kind === 'failed') settled.reject(failure(heard.message, heard.exitCode))
        else if (heard.kind === 'news') this.#tell(heard.news, place)
        else if (heard.kind !== 'up') this.#move(place, heard, settled.resolve)
      }
      const error = (reason: unknown): void => settled.reject(reason)
      const exit = (code: number): void => settled.reject(new Error(`a load thread ended with exit code ${code}`))
      worker.on('message', message).on('error', error).on('exit', exit)
      return () => worker.off('message', message).off('error', error).off('exit', exit)
    })
    host.signal?.addEventListener('abort', abort)
    this.over = settled.promise.finally(() => {
      host.signal?.removeEventListener('abort', abort)
      for (const end of ends) end()
    })
    tasks.forEach((task, place) => this.#send(place, { kind: 'run', task }))
  }

  #send(place: number, message: ToThread): void {
    this.#workers[place]!.postMessage(message, [])
  }

  #tell(news: News, from: number | null): void {
    this.#places.forEach(({ kind }, place) => {
      if (place !== from && kind !== 'done') this.#send(place, { kind: 'news', news })
    })
  }

  #move(
    place: number,
    message: Extract<FromThread, { kind: 'together' | 'begin' | 'done' }>,
    resolve: (parts: ThreadPart[]) => void,
  ): void {
    this.#places[place] = message.kind === 'done' ? { kind: 'done', part: message.part } : { kind: 'waiting', message }
    const parts = this.#places.flatMap((each) => (each.kind === 'done' ? [each.part] : []))
    if (parts.length === this.#places.length) resolve(parts)
    else this.#meet()
  }

  /** Once nobody is on the way any more, those that wait go on. They wait for the same, as they all do the same. */
  #meet(): void {
    if (this.#places.some(({ kind }) => kind === 'running')) return
    const waiting = this.#places.flatMap((each, place) => (each.kind === 'waiting' ? [{ place, ...each.message }] : []))
    const numbers = waiting.flatMap((each) => (each.kind === 'together' ? [each.numbers] : []))
    if (numbers.length === 0) this.#host.beforeBegin()
    const at = this.#host.now() + leadNs
    for (const { place, kind } of waiting) {
      this.#places[place] = { kind: 'running' }
      this.#send(place, kind === 'together' ? { kind: 'gathered', numbers } : { kind: 'begin', at })
    }
  }
}

function failure(message: string, exitCode: 1 | 2 | null): Error {
  return exitCode === null ? new Error(message) : new UserError(message, exitCode)
}
