import type { Balance } from './balance.ts'
import type { DecoderOptions, SuccessRule, Wire } from '../backends/backend.ts'

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

/** What the record tells of a request from the start. */
export type RequestFacts = Pick<
  PlannedRequest,
  'item' | 'requestId' | 'askedPromptTokens' | 'askedOutputTokens' | 'session' | 'turn'
>

/**
 * Everything the load process needs for one point. Structured-cloneable data only; it crosses a process border.
 */
export interface LoadPlan {
  /** Each url is origin + path prefix. */
  readonly endpoints: readonly { readonly url: string }[]
  /** Which endpoint the next request goes to. */
  readonly balance: Balance
  /** Event loops that the load is spread over. */
  readonly threads: number
  readonly method: 'POST' | 'GET'
  readonly wire: Wire
  readonly decoder: { readonly module: string; readonly options: DecoderOptions }
  readonly success: SuccessRule
  /** A response header to keep as the server's own timing; absent: none. */
  readonly timingHeader?: string | undefined
  readonly scenario: Scenario
  readonly warmup: readonly PlannedRequest[]
  readonly requests: readonly PlannedRequest[]
  readonly limits: Limits
  /** How often a request is sent again after a failure that may pass. */
  readonly retries: number
  /** PEM texts; the whole list of trusted authorities for TLS. */
  readonly ca: readonly string[]
  readonly seed: number
  readonly saveText: boolean
  readonly stop: StopRules
  /** Read while measuring, to know what stamps are off by; null: not known. */
  readonly canary: CanaryPlan | null
}

/** A stream of server-sent events, each with `"sent_ns":"<CLOCK_MONOTONIC>"`, from a server on this host. */
export interface CanaryPlan {
  readonly url: string
  readonly request: PlannedRequest
}

/** What ends the load before its last request. */
export interface StopRules {
  /** Nothing is sent later than so long after the start of the window; null: no limit. */
  readonly durationSeconds: number | null
  /** How long answers may take once nothing more is sent; then they are cancelled. Null: no limit of its own. */
  readonly drainSeconds: number | null
  /** Nothing more is sent once this share of the measured requests failed; null: never. */
  readonly errorRate: number | null
  /** An open loop ends once its server falls behind without bound. */
  readonly saturation: boolean
}

/** A load shape, one file each under scenarios/. */
export type Scenario = ClosedLoop | OpenLoop

export interface ClosedLoop {
  readonly kind: 'closedLoop'
  readonly clients: number
  /** Each client waits uniform(0, clients) x this before its first measured request. */
  readonly staggerSeconds: number
  readonly warmup: WarmupRule
}

/** Requests at times that are known before the start, whatever the server does. */
export interface OpenLoop {
  readonly kind: 'openLoop'
  /** When each measured request is to be sent, seconds from the start of the window, ascending. */
  readonly seconds: Float64Array
  /** Stage of each. */
  readonly stage: Int32Array
  /** Requests a second at most; decides with the warm-up's latency how many connections are opened before the window. */
  readonly peakRate: number
  /** From when on the rate stays the same, in seconds; null: it never does. */
  readonly steadyFrom: number | null
  /** Most requests in flight, and what becomes of one that is due beyond; null: no limit. */
  readonly cap: { readonly maxConcurrency: number; readonly onCap: 'queue' | 'drop' } | null
  /** Turn the loop without waiting shortly before a send: exact, but it takes time from a server on the same cores. */
  readonly spin: boolean
  readonly warmup: WarmupRule
  /** Requests of a warm-up round. */
  readonly warmupClients: number
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
