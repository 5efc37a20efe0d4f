import type { Moments, Recording } from '../recording/recording.ts'
import type { Ending } from '../recording/vocabulary.ts'
import type { Balancer } from './balance.ts'
import { createBalancer } from './balance.ts'
import { Canary } from './canary.ts'
import { createClock } from './clock.ts'
import { DecodeQueue } from './decode-queue.ts'
import { loadDecoder } from './decoder-module.ts'
import { BlockPool } from './event-buffer.ts'
import type { ExchangeContext } from './exchange.ts'
import { Exchange } from './exchange.ts'
import { limitsInNs, LimitSweep } from './limits.ts'
import type { LoadPlan, LoadProgress } from './plan.ts'
import { PollBatches } from './poll-batch.ts'
import { Progress } from './progress.ts'
import { mulberry32 } from '../mulberry32.ts'
import { Recorder } from './recorder.ts'
import type { RequestRecord } from './request-record.ts'
import { newRecord } from './request-record.ts'
import { runScenario } from './scenarios/index.ts'
import type { Assignment, ScenarioContext, Sent, Timer } from './scenarios/scenario.ts'
import { SelfReport } from './self-report.ts'
import type { Waker } from './timed-sends.ts'
import { TimedSends } from './timed-sends.ts'
import { startTimerThread } from './timer-thread.ts'
import type { OpenSocket } from './transport/http/open-socket.ts'
import { openSocket } from './transport/http/open-socket.ts'
import { openTransport } from './transport/index.ts'
import type { PreparedRequest, Transport } from './transport/transport.ts'

export interface RunLoadOptions {
  /** Ends the point: nothing more is sent, requests in flight are cancelled, and what there is comes back. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: LoadProgress) => void
  /** How connections are opened; tests give bytes without sockets. */
  readonly openSocket?: OpenSocket
  /** Waits before a request is sent again; tests need not wait. */
  readonly backoff?: (seconds: number) => Promise<void>
  /** What wakes the loop for so many sends at given times. */
  readonly startWaker?: (count: number) => Promise<Waker>
}

/**
 * Drives the load of one point and records it. Failing requests are part of the recording; it rejects only when the
 * plan cannot be carried out at all: with UserError for a bad url, header or decoder module.
 */
export async function runLoad(plan: LoadPlan, options: RunLoadOptions = {}): Promise<Recording> {
  const createDecoder = await loadDecoder(plan.decoder)
  const transport = await openTransport(plan.wire, plan)
  const prepare = (requests: LoadPlan['requests']): PreparedRequest[] =>
    requests.map((request, index) => transport.prepare(request, index))
  const warmup = prepare(plan.warmup)
  const requests = prepare(plan.requests)
  const run = new LoadRun(plan, transport, createDecoder, options)
  try {
    return await run.run(warmup, requests)
  } finally {
    run.close()
  }
}

class LoadRun {
  readonly #plan: LoadPlan
  readonly #options: RunLoadOptions
  readonly #clock = createClock()
  readonly #batches = new PollBatches(this.#clock.now)
  readonly #report = new SelfReport(this.#clock.now)
  readonly #recorder: Recorder
  readonly #progress: Progress
  readonly #context: ExchangeContext
  readonly #moments: ScenarioContext['moments'] = { ...noMoments }
  readonly #sentRequests = new Set<PreparedRequest>()
  readonly #inFlight = new Set<Exchange>()
  readonly #stopping = new AbortController()
  readonly #abort = (): void => this.#cancelAll()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #canary: Canary | null
  readonly #balancer: Balancer
  #ending: Ending = 'complete'
  #draining = false
  #failed = 0

  constructor(
    plan: LoadPlan,
    transport: Transport,
    createDecoder: ExchangeContext['createDecoder'],
    options: RunLoadOptions,
  ) {
    const { now } = this.#clock
    const mark = (): void => this.#batches.mark()
    const limits = limitsInNs(plan.limits)
    const open = options.openSocket ?? openSocket
    this.#plan = plan
    this.#options = options
    this.#balancer = createBalancer(plan.balance, plan.endpoints.length)
    this.#recorder = new Recorder(plan.saveText)
    this.#progress = new Progress(
      (progress) => {
        options.onProgress?.(progress)
        mark()
      },
      () => this.#report.sample(),
    )
    this.#context = {
      now,
      transport: transport.start({ now, batches: this.#batches, openSocket: open }),
      sweep: new LimitSweep(limits, now, mark),
      decoding: new DecodeQueue(mark),
      blocks: new BlockPool(),
      recorder: this.#recorder,
      limits,
      success: plan.success,
      timingHeader: plan.timingHeader,
      createDecoder,
      retry: {
        limit: plan.retries,
        random: mulberry32(plan.seed),
        wallNow: Date.now,
        wait: (seconds, callback) => {
          const waiting = options.backoff?.(seconds) ?? this.#delay(seconds)
          void waiting.then(() => callback(this.#stopped()))
        },
      },
      onTokens: (tokens) => this.#progress.tokens(tokens),
      onReplacedStamp: () => this.#report.replacedStamp(),
    }
    const { monotonicNs } = this.#clock.anchor
    this.#canary = plan.canary && new Canary(plan.canary, this.#batches, now, monotonicNs, open)
  }

  async run(warmup: readonly PreparedRequest[], requests: readonly PreparedRequest[]): Promise<Recording> {
    const { signal } = this.#options
    this.#canary?.start()
    signal?.addEventListener('abort', this.#abort)
    if (signal?.aborted === true) this.#abort()
    if (!this.#stopped()) await runScenario(this.#plan.scenario, this.#scenarioContext(warmup, requests))
    await this.#context.decoding.drained()
    this.#report.sampleMachine()
    this.#progress.report()
    if (owesTheRest[this.#ending]) {
      for (const request of requests) {
        if (this.#sentRequests.has(request)) continue
        this.#recorder.addRequest(newRecord(request.planned, 'measure', 'not_sent'))
      }
    }
    return this.#recorder.build({
      anchor: this.#clock.anchor,
      moments: this.#moments,
      batches: this.#batches.columns(),
      series: [...this.#report.finish(), ...(this.#canary === null ? [] : [this.#canary.series()])],
      ending: this.#ending,
    })
  }

  close(): void {
    this.#options.signal?.removeEventListener('abort', this.#abort)
    this.#progress.stop()
    this.#canary?.stop()
    for (const timer of this.#timers) clearTimeout(timer)
    this.#context.sweep.stop()
    this.#batches.stop()
    this.#context.transport.destroy()
  }

  #stopped(): boolean {
    return this.#stopping.signal.aborted
  }

  #cancelAll(): void {
    this.#ending = 'aborted'
    this.#stopping.abort()
    for (const exchange of this.#inFlight) exchange.cancel('the run was aborted')
    this.#context.transport.destroy()
  }

  /** Nothing more is sent; what is in flight may end. */
  #endSending(ending: Ending): void {
    if (this.#stopped()) return
    this.#ending = ending
    if (ending === 'duration') this.#moments.firstIdle ??= this.#context.now()
    this.#progress.enter('drain', 0)
    this.#stopping.abort()
    this.#drain()
  }

  #drain(): void {
    const { drainSeconds } = this.#plan.stop
    if (this.#draining || drainSeconds === null) return
    this.#draining = true
    const cut = (): void => {
      this.#stopping.abort()
      const text = `no end of the answer ${drainSeconds} s after the last send, the drain limit`
      for (const exchange of this.#inFlight) exchange.cancel(text)
    }
    this.#timers.push(setTimeout(cut, drainSeconds * 1000))
  }

  #enter(phase: LoadProgress['phase'], planned: number): void {
    if (phase === 'measure') this.#report.sampleMachine()
    this.#progress.enter(phase, planned)
    const { durationSeconds } = this.#plan.stop
    if (phase === 'measure' && durationSeconds !== null) {
      this.#timers.push(setTimeout(() => this.#endSending('duration'), durationSeconds * 1000))
    }
    if (phase === 'drain') this.#drain()
  }

  async #timer(count: number): Promise<Timer> {
    const waker = await (this.#options.startWaker ?? startTimerThread)(count)
    return (times, spin, due) => {
      const sends = new TimedSends({
        now: this.#context.now,
        originNs: this.#clock.anchor.monotonicNs,
        times,
        waker,
        spin,
        soon: (callback) => void setImmediate(callback),
        due,
      })
      this.#batches.onRead = () => sends.poll()
      sends.start()
      return () => sends.stop()
    }
  }

  #scenarioContext(warmup: readonly PreparedRequest[], requests: readonly PreparedRequest[]): ScenarioContext {
    const planned = { connect: requests, warmup, measure: requests, drain: requests }
    return {
      warmup,
      requests,
      random: mulberry32(this.#plan.seed),
      now: this.#context.now,
      moments: this.#moments,
      stopped: () => this.#stopped(),
      onStop: (callback) => this.#onStop(callback),
      saturated: () => {
        if (this.#plan.stop.saturation) this.#endSending('saturated')
      },
      timer: () => this.#timer(requests.length),
      onTime: (intended) => this.#report.sentOnTime(intended),
      enter: (phase) => this.#enter(phase, planned[phase].length),
      preconnect: (clients) => this.#preconnect(clients),
      delay: (seconds) => this.#delay(seconds),
      send: (request, assignment, ended) => this.#send(request, assignment, ended),
      drop: (request, assignment, why) => {
        const record = this.#record(request, assignment)
        record.error = why
        this.#recorder.addRequest(record)
        this.#progress.failed()
      },
    }
  }

  async #preconnect(clients: number): Promise<void> {
    const { transport } = this.#context
    const { endpoints, limits } = this.#plan
    const count = connectionsEach(clients, endpoints.length)
    await Promise.all(endpoints.map((_, endpoint) => transport.preconnect(endpoint, count, limits.connect)))
  }

  #delay(seconds: number): Promise<void> {
    const { signal } = this.#stopping
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, seconds * 1000)
      signal.addEventListener('abort', done)
    })
  }

  #onStop(callback: () => void): void {
    if (this.#stopped()) callback()
    else this.#stopping.signal.addEventListener('abort', callback)
  }

  #record(request: PreparedRequest, { phase, client, stage, intended }: Assignment): RequestRecord {
    const record = newRecord(request.planned, phase, 'not_sent')
    record.client = client
    record.stage = stage
    record.intended = intended
    record.thread = 0
    if (phase !== 'warmup') this.#sentRequests.add(request)
    return record
  }

  #send(request: PreparedRequest, assignment: Assignment, ended: (sent: Sent) => void): void {
    const endpoint = this.#balancer.next()
    const record = this.#record(request, assignment)
    const exchange: Exchange = new Exchange(this.#context, record, request, endpoint, {
      ended: () => {
        this.#inFlight.delete(exchange)
        this.#balancer.ended(endpoint)
        this.#progress.done()
        ended({ writeStart: record.writeStart, closed: record.closed!, complete: exchange.complete })
      },
      settled: () => this.#settled(exchange),
    })
    this.#inFlight.add(exchange)
    this.#progress.sent()
    exchange.start()
  }

  #settled({ record }: Exchange): void {
    if (record.outcome === 'ok') return
    this.#progress.failed()
    const limit = this.#plan.stop.errorRate
    if (record.phase === 'warmup' || limit === null) return
    this.#failed++
    if (this.#failed > limit * this.#plan.requests.length) this.#endSending('error_rate')
  }
}

/** With several endpoints no share is even at every moment: one that opens its connection in the window would be late. */
function connectionsEach(clients: number, endpoints: number): number {
  return Math.min(clients, Math.ceil((clients / endpoints) * (endpoints > 1 ? 2 : 1)))
}

/** Whether requests that were planned and never sent are missing: a time that is up promised no number of them. */
const owesTheRest: Readonly<Record<Ending, boolean>> = {
  complete: true,
  duration: false,
  error_rate: true,
  saturated: false,
  aborted: true,
}

const noMoments: Moments = {
  warmupStart: null,
  warmupEnd: null,
  measureStart: null,
  measureEnd: null,
  allStarted: null,
  firstIdle: null,
}
