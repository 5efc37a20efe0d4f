import type { OpenLoop } from '../plan.ts'
import { Saturation } from '../saturation.ts'
import type { PreparedRequest } from '../transport/transport.ts'
import type { Assignment, RunScenario, ScenarioContext, Sent, Timer } from './scenario.ts'
import { warmUp } from './warm-up.ts'

/** No more connections than this are opened on the guess of how many will be needed. */
const mostConnections = 512

/**
 * Sends each request at its time, whatever became of those before. Beyond the cap a request waits for the end of
 * another, or is dropped; both keep their intended time.
 */
export const runOpenLoop: RunScenario<OpenLoop> = async (scenario, context) => {
  const { moments } = context
  const timer = await context.timer()
  const latency = await warmUp(scenario.warmup, scenario.warmupClients, context)
  if (!context.stopped()) await context.preconnect(connectionsFor(scenario, latency))
  if (context.stopped()) return
  context.enter('measure')
  const start = context.now()
  moments.measureStart = start
  moments.allStarted = scenario.steadyFrom === null ? null : start + scenario.steadyFrom * 1e9
  await new Sending(scenario, context, start).run(timer)
  moments.measureEnd = context.now()
}

/** Twice what Little's law gives at the highest rate, so that bursts find open connections too. */
function connectionsFor({ peakRate, cap, warmupClients, seconds }: OpenLoop, latency: number | null): number {
  const expected = latency === null ? 0 : Math.ceil((2 * peakRate * latency) / 1e9)
  return Math.min(Math.max(warmupClients, expected), cap?.maxConcurrency ?? Infinity, seconds.length, mostConnections)
}

class Sending {
  readonly #scenario: OpenLoop
  readonly #context: ScenarioContext
  readonly #times: Float64Array
  readonly #saturation: Saturation
  readonly #waiting: number[] = []
  #firstWaiting = 0
  #due = 0
  #inFlight = 0
  #stopped = false
  #resolve: () => void = () => undefined

  constructor(scenario: OpenLoop, context: ScenarioContext, start: number) {
    this.#scenario = scenario
    this.#context = context
    this.#times = scenario.seconds.map((seconds) => start + seconds * 1e9)
    this.#saturation = new Saturation(start)
  }

  async run(timer: Timer): Promise<void> {
    const over = new Promise<void>((resolve) => {
      this.#resolve = resolve
    })
    const stopTiming = timer(this.#times, this.#scenario.spin, (index) => this.#becomesDue(index))
    this.#context.onStop(() => {
      stopTiming()
      this.#stopped = true
      for (const index of this.#waiting.splice(this.#firstWaiting)) {
        this.#context.drop(this.#requestAt(index), this.#assignment(index), 'the point ended before its turn')
      }
      this.#check()
    })
    this.#check()
    await over
    stopTiming()
  }

  #becomesDue(index: number): void {
    const { cap } = this.#scenario
    this.#due++
    this.#saturation.due()
    if (cap === null || this.#inFlight < cap.maxConcurrency) {
      this.#context.onTime(this.#times[index]!)
      this.#send(index)
    } else if (cap.onCap === 'queue') {
      this.#waiting.push(index)
    } else {
      const why = `dropped: ${cap.maxConcurrency} requests were in flight, the most allowed`
      this.#context.drop(this.#requestAt(index), this.#assignment(index), why)
    }
    if (this.#due === this.#times.length) {
      this.#context.moments.firstIdle = this.#context.now()
      this.#context.enter('drain')
    }
    this.#check()
  }

  #send(index: number): void {
    this.#inFlight++
    this.#context.send(this.#requestAt(index), this.#assignment(index), (sent) => this.#ended(index, sent))
  }

  #ended(index: number, { closed }: Sent): void {
    this.#inFlight--
    this.#saturation.ended(closed - this.#times[index]!)
    if (!this.#stopped && this.#firstWaiting < this.#waiting.length) this.#send(this.#waiting[this.#firstWaiting++]!)
    this.#check()
  }

  #check(): void {
    if (!this.#stopped && this.#due < this.#times.length && this.#saturation.found(this.#context.now())) {
      this.#context.saturated()
    }
    const waits = this.#firstWaiting < this.#waiting.length
    if (this.#inFlight === 0 && !waits && (this.#stopped || this.#due === this.#times.length)) this.#resolve()
  }

  #requestAt(index: number): PreparedRequest {
    return this.#context.requests[index]!
  }

  #assignment(index: number): Assignment {
    const stage = this.#scenario.stage[index] ?? null
    return { phase: 'measure', client: null, stage, intended: this.#times[index]! }
  }
}
