import type { DecoderOptions, Framing, SuccessRule } from '../backends/backend.ts'

/** One request, ready to be sent. The load process turns it into bytes before the measured window. */
export interface PlannedRequest {
  readonly item: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly requestId: string
  readonly askedPromptTokens: number | null
  readonly askedOutputTokens: number | null
  readonly session: string | null
  readonly turn: number | null
}

/**
 * Everything the load process needs for one point. Structured-cloneable data only; it crosses a process border.
 */
export interface LoadPlan {
  /** Each url is origin + path prefix; requests go to endpoints round robin by client. */
  readonly endpoints: readonly { readonly url: string }[]
  readonly method: 'POST' | 'GET'
  readonly framing: Framing
  readonly decoder: { readonly module: string; readonly options: DecoderOptions }
  readonly success: SuccessRule
  readonly scenario: Scenario
  readonly warmup: readonly PlannedRequest[]
  readonly requests: readonly PlannedRequest[]
  readonly limits: Limits
  /** PEM texts; the whole list of trusted authorities for TLS. */
  readonly ca: readonly string[]
  readonly seed: number
  readonly saveText: boolean
  /** The point ends early once this share of measured requests failed; null: never. */
  readonly abortOnErrorRate: number | null
}

/** A load shape, one file each under scenarios/. */
export type Scenario = ClosedLoop

export interface ClosedLoop {
  readonly kind: 'closedLoop'
  readonly clients: number
  /** Each client waits uniform(0, clients) x this before its first measured request. */
  readonly staggerSeconds: number
  readonly warmup: WarmupRule
}

/** Warm-up per client: at least `rounds`, then until two rounds' mean latencies agree, or the cap. */
export interface WarmupRule {
  readonly rounds: number
  /** Most rounds a client may do. Equal to `rounds`: no adaptation. */
  readonly maxRounds: number
  /** Relative difference under which two consecutive rounds agree, e.g. 0.05. */
  readonly agreement: number
}

/** Limits of one request in seconds; null: none. */
export interface Limits {
  readonly connect: number
  readonly firstByte: number | null
  readonly idle: number | null
  readonly total: number | null
}

/** Sent by the load process at most 4 times a second. */
export interface LoadProgress {
  readonly phase: 'connect' | 'warmup' | 'measure' | 'drain'
  readonly planned: number
  readonly sent: number
  readonly done: number
  readonly failed: number
  /** Tokens carried by the chunks of the last second (chunks where tokens are unknown). */
  readonly tokensPerSecond: number
  readonly inFlight: number
}
