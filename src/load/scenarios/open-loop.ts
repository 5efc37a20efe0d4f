import type { OpenLoop } from '../plan.ts'
import { Saturation } from '../saturation.ts'
import type { PreparedRequest } from '../prepared-request.ts'
import type { Line } from '../threads/line.ts'
import type { Assignment, RunScenario, ScenarioContext, Sent, Timer } from './scenario.ts'
import { warmUp } from './warm-up.ts'

/** No more connections than this are opened on the guess of how many will be needed. */
const mostConnections = 512

const tooLate = 'the point ended before its turn'

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
  const start = await context.begin()
  if (context.stopped()) return
  moments.measureStart = start
  context.enter('measure')
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
  readonly #line: Line
  /** Places in the schedule of what this thread sends. */
  readonly #mine: Int32Array
  #due = 0
  #inFlight = 0
  #stopped = false
  #resolve: () => void = () => undefined

  constructor(scenario: OpenLoop, context: ScenarioContext, start: number) {
    this.#scenario = scenario
    this.#context = context
    this.#times = scenario.seconds.map((seconds) => start + seconds * 1e9)
    this.#mine = Int32Array.from(scenario.seconds.keys()).filter((index) => context.mine(index))
    this.#saturation = new Saturation(start, context.saturationCounts)
    this.#line = context.line(scenario.cap)
  }

  async run(timer: Timer): Promise<void> {
    const over = new Promise<void>((resolve) => {
      this.#resolve = resolve
    })
    const times = Float64Array.from(this.#mine, (index) => this.#times[index]!)
    const stopTiming = timer(times, this.#scenario.spin, (due) => this.#becomesDue(this.#mine[due]!))
    this.#context.onStop(() => {
      stopTiming()
      this.#stopped = true
      for (const index of this.#line.withdraw()) this.#drop(index, tooLate)
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
    const admitted = this.#line.admit(index)
    if (admitted === 'send') {
      this.#context.onTime(this.#times[index]!)
      this.#send(index)
    } else if (admitted === 'drop') {
      this.#drop(index, `dropped: ${cap?.maxConcurrency} requests were in flight, the most allowed`)
    }
    if (index === this.#times.length - 1) {
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
    const next = this.#line.leave()
    if (next !== null && this.#stopped) this.#drop(next, tooLate)
    else if (next !== null) this.#send(next)
    this.#check()
  }

  #check(): void {
    const allDue = this.#due === this.#mine.length
    if (!this.#stopped && !allDue && this.#saturation.found(this.#context.now())) {
      this.#context.saturated()
    }
    // What waits in line has its turn when a request ends, in the thread of that request.
    if (this.#inFlight === 0 && (this.#stopped || allDue)) this.#resolve()
  }

  #drop(index: number, why: string): void {
    this.#context.drop(this.#requestAt(index), this.#assignment(index), why)
  }

  #requestAt(index: number): PreparedRequest {
    return this.#context.requests[index]!
  }

  #assignment(index: number): Assignment {
    const stage = this.#scenario.stage[index] ?? null
    return { phase: 'measure', client: null, stage, intended: this.#times[index]! }
  }
}
