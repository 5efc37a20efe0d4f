import type { Objectives } from '../metrics/objectives.ts'
import type { Balance } from '../load/balance.ts'
import type { Sampling, ServerParameters } from '../backends/backend.ts'

/** One backend with one set of server parameters; one `describe`. */
export interface ServerConfiguration {
  /** Name of the bench file, e.g. `llama-7b`. */
  readonly bench: string
  readonly backend: string
  readonly model: string | null
  readonly parameters: ServerParameters
  /** e.g. `vllm tp=1 bs=768 replicas=1` */
  readonly label: string
  /** Directory under the output directory and name of the curve. */
  readonly resultLabel: string
  readonly endpoint: EndpointSettings | null
  readonly points: readonly Point[]
}

/** Where an existing server is; null in a configuration that starts its own. */
export interface EndpointSettings {
  readonly baseUrl: string
  /** Addresses of further replicas of the same server. */
  readonly others?: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** It was started from here and left running (`npm run server`). */
  readonly ours?: true
}

/** One load on one server configuration; one `test`, one result file. */
export interface Point {
  /** e.g. `prompt=1200 gen=60 clients=1`; `run=2` at its end for the second of several runs */
  readonly label: string
  readonly promptTokens: number
  readonly outputTokens: number
  readonly promptTokensVar: number
  readonly outputTokensVar: number
  readonly maxPromptTokens: number
  readonly load: LoadShape
  /** Measured requests at most; an open loop's schedule has exactly so many. */
  readonly requests: number
  readonly stop: StopRules
  readonly warmup: { readonly rounds: number; readonly maxRounds: number; readonly agreement: number }
  readonly stream: boolean
  readonly route: 'completions' | 'chat'
  readonly sampling: Sampling
  readonly extraBody: Readonly<Record<string, unknown>>
  /** Name or path of the tokenizer; null: found by the model's name. */
  readonly tokenizer: string | null
  readonly promptsFile: string | null
  readonly prompts: 'salted' | 'classic'
  readonly salt: string | null
  readonly objectives: Objectives
  readonly thresholds: Readonly<Record<string, Threshold>>
  readonly maxErrorRate: number
  /** Which of the point's runs, from 0. */
  readonly repeat: number
  readonly saveText: boolean
  /** Which replica gets a request, where the load generator has several to choose from. */
  readonly balance: Balance
  /** Event loops that its load is spread over. */
  readonly loadThreads: 'auto' | number
  /** How often a request is sent again after a failure that may pass. */
  readonly retries: number
  readonly limits: {
    readonly connect: number
    readonly firstByte: number | null
    readonly idle: number | null
    readonly total: number | null
  }
  /** Billions of parameters, for TFLOPs; null unknown. */
  readonly parametersBillion: number | null
}

export type LoadShape = ClosedLoopShape | OpenLoopShape
export type OpenLoopShape = ConstantRateShape | StagesShape

/** Users with one request in flight each. */
export interface ClosedLoopShape {
  readonly kind: 'closedLoop'
  readonly clients: number
  readonly staggerSeconds: number
  /** No request is sent later than this after the start; null: until all are sent. */
  readonly durationSeconds: number | null
}

/** Requests at one rate, whatever the server does. */
export interface ConstantRateShape {
  readonly kind: 'constantRate'
  /** One stage without a ramp; it may last for ever where the number of requests ends it. */
  readonly stages: readonly [Stage]
  readonly arrival: Arrival
  readonly cap: ConcurrencyCap | null
}

/** Rates one after the other. */
export interface StagesShape {
  readonly kind: 'stages'
  readonly stages: readonly Stage[]
  readonly arrival: Arrival
  readonly cap: ConcurrencyCap | null
}

/** Requests a second, running evenly from the start's to the end's; equal: no ramp. */
export interface Stage {
  readonly startRate: number
  readonly endRate: number
  readonly seconds: number
}

/** The law of the gaps between sends. Burstiness is the shape of the gamma law: 1 is Poisson, smaller is burstier. */
export type Arrival =
  | { readonly kind: 'constant' }
  | { readonly kind: 'poisson' }
  | { readonly kind: 'gamma'; readonly burstiness: number }

/** Most requests in flight, and what becomes of a request that is due beyond. */
export interface ConcurrencyCap {
  readonly maxConcurrency: number
  readonly onCap: 'queue' | 'drop'
}

/** What ends a point before its last request. */
export interface StopRules {
  /** How long answers may take once nothing more is sent; then they are cancelled. Null: as long as they take. */
  readonly drainSeconds: number | null
  /** Share of the planned requests that may fail; null: any. */
  readonly errorRate: number | null
  /** An open loop whose server falls behind without bound is ended. */
  readonly saturation: boolean
}

export interface Threshold {
  readonly min?: number
  readonly max?: number
}
