import type { Moments } from '../../recording/recording.ts'
import type { Phase } from '../../recording/vocabulary.ts'
import type { LoadProgress, OpenLoop, Scenario } from '../plan.ts'
import type { SaturationCounts } from '../saturation.ts'
import type { Line } from '../threads/line.ts'
import type { PreparedRequest } from '../prepared-request.ts'

/** What a scenario learns when the transport is through with a request. */
export interface Sent {
  /** Null when it was never sent. */
  readonly writeStart: number | null
  readonly closed: number
  /** The reply came to its end; whether it means success is decided later. */
  readonly complete: boolean
}

export interface Assignment {
  readonly phase: Phase
  /** Null in an open loop. */
  readonly client: number | null
  readonly stage: number | null
  /** When it is to be sent, where that is known before. */
  readonly intended: number | null
}

/**
 * Calls `due` at each of `times` (ascending, one for each measured request of this thread), in order and never early;
 * `spin`: turn the loop without waiting shortly before. Returns what ends it.
 */
export type Timer = (times: Float64Array, spin: boolean, due: (index: number) => void) => () => void

/** What a scenario works with. It runs in each load thread, with the same requests and the same random numbers. */
export interface ScenarioContext {
  readonly warmup: readonly PreparedRequest[]
  readonly requests: readonly PreparedRequest[]
  /** Whether the nth of what all threads do (client, request of a round, send) is for this thread. */
  readonly mine: (place: number) => boolean
  /** Resolves once all threads that still run have come here, to the numbers that each of them brought. */
  readonly together: (numbers: readonly number[]) => Promise<readonly (readonly number[])[]>
  /** Resolves once all threads have come here, to when they begin: now, or soon where there are several. */
  readonly begin: () => Promise<number>
  /** Takes the next of the measured requests, of which each goes to one thread; null: none is left. */
  readonly take: () => PreparedRequest | null
  /** The cap on requests in flight over all threads. */
  readonly line: (cap: OpenLoop['cap']) => Line
  readonly saturationCounts: SaturationCounts
  /** Uniform in [0, 1), seeded by the plan. */
  readonly random: () => number
  readonly now: () => number
  readonly moments: { -readonly [K in keyof Moments]: Moments[K] }
  /** No request may be sent any more: the time is up, too many have failed, the server falls behind, or aborted. */
  readonly stopped: () => boolean
  /** Calls back when `stopped` becomes true; at once when it is. */
  readonly onStop: (callback: () => void) => void
  /** The server of an open loop falls behind without bound; may stop the run. */
  readonly saturated: () => void
  readonly enter: (phase: LoadProgress['phase']) => void
  /** Makes ready what calls back at given times; to be asked before the window, because it takes a while. */
  readonly timer: () => Promise<Timer>
  /** A request that was intended for `intended` is sent now: how late that is, is the load generator's own doing. */
  readonly onTime: (intended: number) => void
  /** Brings the idle connections up to one for each client of this thread. `clients`: of all threads. */
  readonly preconnect: (clients: number) => Promise<void>
  /** Resolves early when the run is stopped. */
  readonly delay: (seconds: number) => Promise<void>
  /** `ended` is called exactly once, never before `send` returns, also when the run is aborted. */
  readonly send: (request: PreparedRequest, assignment: Assignment, ended: (sent: Sent) => void) => void
  /** Records a request as not sent. */
  readonly drop: (request: PreparedRequest, assignment: Assignment, why: string) => void
}

/** Runs this thread's part of a load shape; resolves when nothing of it is in flight and nothing more will be sent. */
export type RunScenario<S extends Scenario> = (scenario: S, context: ScenarioContext) => Promise<void>
