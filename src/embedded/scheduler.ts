import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Engine, EngineSampling, StepItem } from './engine.ts'

export interface GenerationRequest {
  readonly prompt: readonly number[]
  readonly maxTokens: number
  /** An end token before this many tokens does not stop. */
  readonly minTokens: number
  /** Goes on past end tokens: exactly `maxTokens` come. */
  readonly ignoreEos: boolean
  readonly sampling: EngineSampling
}

export type FinishReason = 'length' | 'stop'

export interface GenerationListener {
  /** One call a token, the end token included. Answers whether to go on; false frees the slot. */
  token(token: number, finish: FinishReason | null): boolean
  /** The engine failed; no more calls. */
  failed(error: Error): void
}

export interface Generation {
  /** Nothing more is heard; the slot is free after the step that runs. */
  cancel(): void
}

/** Told of what happens, for counters. Times are seconds. */
export interface SchedulerObserver {
  step(sequences: number): void
  promptTokens(count: number): void
  generatedToken(): void
  firstToken(sinceArrival: number): void
  finished(sinceArrival: number, reason: FinishReason | 'abort' | 'error'): void
}

/**
 * Continuous batching in lock step. Each step is one forward pass: every generating sequence gives its last token, and what is left
 * of the token budget goes to prompts in order of arrival, in chunks. A request that finds all slots busy waits its turn.
 */
export class Scheduler {
  readonly #engine: Engine
  readonly #observer: SchedulerObserver
  readonly #now: () => number
  readonly #waiting: Job[] = []
  readonly #freeSlots: number[]
  readonly #running: RunningJob[] = []
  #loop: Promise<void> | null = null
  #broken: Error | null = null

  /** `now` gives seconds of a monotonic clock. */
  constructor(engine: Engine, observer: SchedulerObserver, now: () => number) {
    this.#engine = engine
    this.#observer = observer
    this.#now = now
    this.#freeSlots = Array.from({ length: engine.slots }, (_, slot) => slot)
  }

  get running(): number {
    return this.#running.length
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Set once the engine could not empty a slot; no request is served after that. */
  get broken(): Error | null {
    return this.#broken
  }

  /** The prompt is not empty, and prompt + maxTokens fit into the engine's maxModelLength. */
  submit(request: GenerationRequest, listener: GenerationListener): Generation {
    const job: Job = { request, listener, arrived: this.#now(), ended: false }
    this.#waiting.push(job)
    this.#loop ??= this.#run().catch((error: unknown) => this.#breakDown(error))
    return { cancel: () => this.#cancel(job) }
  }

  /** Cancels everything and waits for the step that runs; the engine may be disposed afterwards. */
  async stop(): Promise<void> {
    for (const job of [...this.#waiting, ...this.#running.map(({ job }) => job)]) this.#cancel(job)
    await this.#loop
  }

  #cancel(job: Job): void {
    if (job.ended) return
    this.#end(job, 'abort')
    const index = this.#waiting.indexOf(job)
    if (index !== -1) this.#waiting.splice(index, 1)
  }

  #end(job: Job, reason: FinishReason | 'abort' | 'error'): void {
    job.ended = true
    this.#observer.finished(this.#now() - job.arrived, reason)
  }

  async #run(): Promise<void> {
    if (this.#broken !== null) throw this.#broken
    for (;;) {
      // One turn of the event loop between steps: arrivals and disconnects take effect in the next step.
      await nextTurn()
      await this.#releaseEnded()
      this.#admit()
      if (this.#running.length === 0) break
      await this.#step()
    }
    this.#loop = null
  }

  #breakDown(error: unknown): void {
    this.#broken = error instanceof Error ? error : new Error(String(error))
    for (const { job } of this.#running.splice(0)) this.#fail(job, error)
    for (const job of this.#waiting.splice(0)) this.#fail(job, error)
    this.#loop = null
  }

  async #releaseEnded(): Promise<void> {
    for (const running of this.#running.filter(({ job }) => job.ended)) {
      this.#running.splice(this.#running.indexOf(running), 1)
      await this.#engine.release(running.slot)
      this.#freeSlots.push(running.slot)
    }
  }

  #admit(): void {
    for (;;) {
      const [slot] = this.#freeSlots
      const [job] = this.#waiting
      if (slot === undefined || job === undefined) return
      this.#freeSlots.shift()
      this.#waiting.shift()
      this.#engine.start(slot, job.request.sampling)
      this.#running.push({ job, slot, phase: { kind: 'prompt', done: 0 } })
    }
  }

  async #step(): Promise<void> {
    const plan = planStep(this.#running, this.#engine.maxBatchedTokens)
    let sampled: readonly (number | null)[]
    try {
      sampled = await this.#engine.step(plan.map(({ item }) => item))
    } catch (error) {
      for (const { running } of plan) this.#fail(running.job, error)
      return
    }
    this.#observer.step(plan.length)
    for (const [index, { running, item }] of plan.entries()) {
      if (running.phase.kind === 'prompt') {
        running.phase = { kind: 'prompt', done: running.phase.done + item.tokens.length }
        this.#observer.promptTokens(item.tokens.length)
      }
      const token = sampled[index]
      if (token !== null && token !== undefined && !running.job.ended) this.#deliver(running, token)
    }
  }

  #deliver(running: RunningJob, token: number): void {
    const { job } = running
    const generated = running.phase.kind === 'output' ? running.phase.generated + 1 : 1
    running.phase = { kind: 'output', generated, last: token }
    this.#observer.generatedToken()
    if (generated === 1) this.#observer.firstToken(this.#now() - job.arrived)
    const finish = finishReason(job.request, generated, this.#engine.isEndOfGeneration(token))
    const goOn = job.listener.token(token, finish)
    if (job.ended) return
    if (finish !== null) this.#end(job, finish)
    else if (!goOn) this.#end(job, 'stop')
  }

  #fail(job: Job, error: unknown): void {
    if (job.ended) return
    this.#end(job, 'error')
    job.listener.failed(error instanceof Error ? error : new Error(String(error)))
  }
}

interface Job {
  readonly request: GenerationRequest
  readonly listener: GenerationListener
  readonly arrived: number
  ended: boolean
}

type Phase =
  | { readonly kind: 'prompt'; readonly done: number }
  | { readonly kind: 'output'; readonly generated: number; readonly last: number }

interface RunningJob {
  readonly job: Job
  readonly slot: number
  phase: Phase
}

interface PlannedItem {
  readonly running: RunningJob
  readonly item: StepItem
}

/** Generating sequences come first, so that a long prompt never holds them up for more than the budget's time. */
function planStep(jobs: readonly RunningJob[], budget: number): readonly PlannedItem[] {
  const plan: PlannedItem[] = []
  let left = budget
  for (const running of jobs) {
    if (running.phase.kind !== 'output') continue
    plan.push({ running, item: { slot: running.slot, tokens: [running.phase.last], sample: true } })
    left -= 1
  }
  for (const running of jobs) {
    if (running.phase.kind !== 'prompt' || left <= 0) continue
    const { prompt } = running.job.request
    const end = Math.min(prompt.length, running.phase.done + left)
    const tokens = prompt.slice(running.phase.done, end)
    plan.push({ running, item: { slot: running.slot, tokens, sample: end === prompt.length } })
    left -= tokens.length
  }
  return plan
}

function finishReason(request: GenerationRequest, generated: number, isEnd: boolean): FinishReason | null {
  if (isEnd && !request.ignoreEos && generated >= request.minTokens) return 'stop'
  return generated >= request.maxTokens ? 'length' : null
}
