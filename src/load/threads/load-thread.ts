import type { Ending } from '../../recording/vocabulary.ts'
import { mulberry32 } from '../../mulberry32.ts'
import { createBalancer } from '../balance.ts'
import { Canary } from '../canary.ts'
import { createClock } from '../clock.ts'
import { DecodeQueue } from '../decode-queue.ts'
import { BlockPool } from '../event-buffer.ts'
import type { ExchangeContext } from '../exchange-context.ts'
import { limitsInNs, LimitSweep } from '../limits.ts'
import type { LoadProgress } from '../plan.ts'
import { PollBatches } from '../poll-batch.ts'
import { Recorder } from '../record/recorder.ts'
import { SpillFile } from '../record/spill-file.ts'
import { EventKinds } from '../repeat.ts'
import { runScenario } from '../scenarios/index.ts'
import type { ScenarioContext, Timer } from '../scenarios/scenario.ts'
import { ThreadReport } from '../thread-report.ts'
import { timerOf, type Waker } from '../timed-sends.ts'
import { startTimerThread } from '../timer-thread.ts'
import type { OpenSocket } from '../transport/http/open-socket.ts'
import { openSocket } from '../transport/http/open-socket.ts'
import type { Transport } from '../transport/transport.ts'
import { connectionsEach } from './connections-each.ts'
import { delayUnless } from './delay.ts'
import { Drain } from './drain.ts'
import { Sender } from './sender.ts'
import { SharedState } from './shared-state.ts'
import type { ThreadPart, ThreadTask } from './task.ts'
import type { News, Team } from './team.ts'

/** What a load thread cannot take from its task. */
export interface ThreadEnvironment {
  readonly team: Team
  readonly transport: Transport
  readonly createDecoder: ExchangeContext['createDecoder']
  /** How connections are opened; tests give bytes without sockets. */
  readonly openSocket?: OpenSocket | undefined
  /** What wakes the loop for so many sends at given times. */
  readonly startWaker?: ((count: number) => Promise<Waker>) | undefined
  /** Waits before a request is sent again; tests need not wait. */
  readonly backoff?: ((seconds: number) => Promise<void>) | undefined
}

const sampleMs = 1000

/** One event loop that sends, reads and records its part of a point. One thread or one of several: the same. */
export class LoadThread {
  readonly #task: ThreadTask
  readonly #environment: ThreadEnvironment
  readonly #team: Team
  readonly #shared: SharedState
  readonly #batches: PollBatches
  readonly #report: ThreadReport
  readonly #spill: SpillFile | null
  readonly #recorder: Recorder
  readonly #context: ExchangeContext
  readonly #moments: ScenarioContext['moments']
  readonly #sender: Sender
  readonly #stopping = new AbortController()
  readonly #drain: Drain
  readonly #sampling: NodeJS.Timeout
  readonly #canary: Canary | null
  #timeUp: NodeJS.Timeout | undefined

  constructor(task: ThreadTask, environment: ThreadEnvironment) {
    const { plan, anchor, spill } = task
    const { now } = createClock(anchor)
    const limits = limitsInNs(plan.limits)
    const open = environment.openSocket ?? openSocket
    this.#task = task
    this.#environment = environment
    this.#team = environment.team
    this.#shared = new SharedState(task.size, task.memory)
    this.#report = new ThreadReport(now)
    this.#spill = spill && new SpillFile(spill.path)
    this.#recorder = new Recorder(
      now,
      plan.saveText,
      this.#spill && { file: this.#spill, beyondBytes: spill!.beyondBytes },
    )
    this.#batches = new PollBatches(now, (batch) => this.#recorder.batches.add(batch))
    this.#moments = { ...noMoments }
    const counts = this.#shared.countsOf(task.place)
    const mark = (): void => this.#batches.mark()
    this.#context = {
      now,
      transport: environment.transport.start({ now, batches: this.#batches, openSocket: open }),
      sweep: new LimitSweep(limits, now, mark),
      decoding: new DecodeQueue(
        (work) => this.#batches.afterReads(work),
        () => this.#batches.atWork(),
      ),
      blocks: new BlockPool(),
      recorder: this.#recorder,
      limits,
      success: plan.success,
      timingHeader: plan.timingHeader,
      createDecoder: environment.createDecoder,
      kinds: kindsOf(environment.createDecoder()),
      retry: {
        limit: plan.retries,
        random: mulberry32(plan.seed + task.place),
        wallNow: Date.now,
        wait: (seconds, callback) => {
          const waiting = environment.backoff?.(seconds) ?? this.#delay(seconds)
          void waiting.then(() => callback(this.#stopped()))
        },
      },
      onTokens: (tokens) => counts.tokens(tokens),
      onReplacedStamp: () => this.#report.replacedStamp(),
    }
    this.#sender = new Sender({
      thread: this.#team.place,
      exchange: this.#context,
      balancer: createBalancer(plan.balance, plan.endpoints.length, this.#shared.balance),
      counts,
      report: this.#report,
      onFailure: () => this.#failed(),
    })
    this.#drain = new Drain(plan.stop.drainSeconds, (text) => {
      this.#stopping.abort()
      this.#context.sweep.cancelAll(text)
    })
    this.#sampling = setInterval(() => {
      this.#report.sample()
      mark()
    }, sampleMs)
    this.#canary = plan.canary && new Canary(plan.canary, this.#batches, now, anchor.monotonicNs, open)
    this.#team.onNews = (news) => this.#hear(news)
  }

  async run(): Promise<ThreadPart> {
    this.#canary?.start()
    if (this.#shared.ending === 'aborted') this.#cancelAll()
    if (!this.#stopped()) await runScenario(this.#task.plan.scenario, this.#scenarioContext())
    await this.#context.decoding.drained()
    this.#batches.stop()
    return {
      record: await this.#recorder.finish(this.#batches.read + 1),
      moments: this.#moments,
      series: [...this.#report.finish(), ...(this.#canary === null ? [] : [this.#canary.series()])],
      taken: this.#sender.taken,
    }
  }

  async close(): Promise<void> {
    this.#team.onNews = () => undefined
    clearInterval(this.#sampling)
    clearTimeout(this.#timeUp)
    this.#drain.stop()
    this.#canary?.stop()
    this.#context.sweep.stop()
    this.#batches.stop()
    this.#context.transport.destroy()
    await this.#spill?.close()
  }

  #hear(news: News): void {
    if (news === 'aborted') this.#cancelAll()
    else if (news === 'stopped') this.#stopSending()
    else this.#drain.start()
  }

  #stopped(): boolean {
    return this.#stopping.signal.aborted
  }

  #cancelAll(): void {
    this.#stopping.abort()
    this.#context.sweep.cancelAll('the run was aborted')
    this.#context.transport.destroy()
  }

  #end(ending: Ending): void {
    if (this.#stopped()) return
    this.#shared.end(ending)
    this.#team.tell('stopped')
    this.#stopSending()
  }

  /** Nothing more is sent; what is in flight may end. */
  #stopSending(): void {
    if (this.#stopped()) return
    if (this.#shared.ending === 'duration') this.#moments.firstIdle ??= this.#context.now()
    this.#shared.enter('drain')
    this.#stopping.abort()
    this.#drain.start()
  }

  #enter(phase: LoadProgress['phase']): void {
    this.#shared.enter(phase)
    const { durationSeconds } = this.#task.plan.stop
    if (phase === 'measure' && durationSeconds !== null) {
      const startIn = Math.max(0, (this.#moments.measureStart! - this.#context.now()) / 1e6)
      this.#timeUp = setTimeout(() => this.#end('duration'), startIn + durationSeconds * 1000)
    }
    if (phase === 'drain') {
      this.#team.tell('draining')
      this.#drain.start()
    }
  }

  async #timer(): Promise<Timer> {
    const { requests, anchor } = this.#task
    const count = requests.filter((_, index) => this.#mine(index)).length
    const waker = await (this.#environment.startWaker ?? startTimerThread)(count)
    return timerOf(waker, this.#context.now, anchor.monotonicNs, this.#batches)
  }

  #scenarioContext(): ScenarioContext {
    const { warmup, requests, plan } = this.#task
    return {
      warmup,
      requests,
      mine: (place) => this.#mine(place),
      together: async (numbers) => await this.#team.together(numbers),
      begin: async () => await this.#team.begin(),
      take: () => requests[this.#shared.takeNext()] ?? null,
      line: (cap) => this.#shared.line(cap),
      saturationCounts: this.#shared.saturationCounts(),
      random: mulberry32(plan.seed),
      now: this.#context.now,
      moments: this.#moments,
      stopped: () => this.#stopped(),
      onStop: (callback) => this.#onStop(callback),
      saturated: () => {
        if (plan.stop.saturation) this.#end('saturated')
      },
      timer: async () => await this.#timer(),
      onTime: (intended) => this.#report.sentOnTime(intended),
      enter: (phase) => this.#enter(phase),
      preconnect: async (clients) => await this.#preconnect(clients),
      delay: async (seconds) => await this.#delay(seconds),
      send: (request, assignment, ended) => this.#sender.send(request, assignment, ended),
      drop: (request, assignment, why) => this.#sender.drop(request, assignment, why),
    }
  }

  #mine(place: number): boolean {
    return place % this.#team.size === this.#team.place
  }

  async #preconnect(clients: number): Promise<void> {
    const { transport } = this.#context
    const { endpoints, limits } = this.#task.plan
    const own = Math.ceil((clients - this.#team.place) / this.#team.size)
    const count = connectionsEach(own, endpoints.length)
    await Promise.all(endpoints.map((_, endpoint) => transport.preconnect(endpoint, count, limits.connect)))
  }

  #delay(seconds: number): Promise<void> {
    return delayUnless(this.#stopping.signal, seconds)
  }

  #onStop(callback: () => void): void {
    if (this.#stopped()) callback()
    else this.#stopping.signal.addEventListener('abort', callback)
  }

  #failed(): void {
    const limit = this.#task.plan.stop.errorRate
    if (limit === null) return
    if (this.#shared.addFailure() > limit * this.#task.requests.length) this.#end('error_rate')
  }
}

function kindsOf({ repeats }: ReturnType<ExchangeContext['createDecoder']>): EventKinds | null {
  return repeats === undefined ? null : new EventKinds(repeats)
}

const noMoments: ScenarioContext['moments'] = {
  warmupStart: null,
  warmupEnd: null,
  measureStart: null,
  measureEnd: null,
  allStarted: null,
  firstIdle: null,
}
