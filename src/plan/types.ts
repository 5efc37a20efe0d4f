import type { Objectives } from '../metrics/objectives.ts'
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
  readonly headers: Readonly<Record<string, string>>
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
  readonly requests: number
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
  readonly limits: {
    readonly connect: number
    readonly firstByte: number | null
    readonly idle: number | null
    readonly total: number | null
  }
  /** Billions of parameters, for TFLOPs; null unknown. */
  readonly parametersBillion: number | null
}

export type LoadShape = { readonly kind: 'closedLoop'; readonly clients: number; readonly staggerSeconds: number }

export interface Threshold {
  readonly min?: number
  readonly max?: number
}
