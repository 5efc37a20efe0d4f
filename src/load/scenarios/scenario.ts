import type { Moments } from '../../recording/recording.ts'
import type { Phase } from '../../recording/vocabulary.ts'
import type { LoadProgress, Scenario } from '../plan.ts'
import type { PreparedRequest } from '../transport/request-bytes.ts'

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
  readonly client: number
}

/** What a scenario works with. */
export interface ScenarioContext {
  readonly warmup: readonly PreparedRequest[]
  readonly requests: readonly PreparedRequest[]
  /** Uniform in [0, 1), seeded by the plan. */
  readonly random: () => number
  readonly now: () => number
  readonly moments: { -readonly [K in keyof Moments]: Moments[K] }
  /** No request may be sent any more: aborted, or too many have failed. */
  readonly stopped: () => boolean
  readonly enter: (phase: LoadProgress['phase']) => void
  /** Brings the idle connections up to one for each client. */
  readonly preconnect: (clients: number) => Promise<void>
  /** Resolves early when the run is stopped. */
  readonly delay: (seconds: number) => Promise<void>
  /** `ended` is called exactly once, never before `send` returns, also when the run is aborted. */
  readonly send: (request: PreparedRequest, assignment: Assignment, ended: (sent: Sent) => void) => void
}

/** Runs a load shape; resolves when nothing is in flight and nothing more will be sent. */
export type RunScenario<S extends Scenario> = (scenario: S, context: ScenarioContext) => Promise<void>
