import type { CounterName } from '../backends/counters/counter-family.ts'
import type { Ending, Outcome } from '../recording/vocabulary.ts'
import type { Objectives } from '../metrics/objectives.ts'

/** The result file as JSON: the original's keys, and ours under `servemark`. */
export interface ResultFile {
  readonly args: Readonly<Record<string, unknown>>
  /** `YYYY-MM-DD HH:MM:SS.ffffff`, local time, as the original writes it. */
  readonly time: string
  readonly response_details: readonly ResponseDetail[]
  readonly servemark: ServemarkBlock
}

/** Exactly these six keys: the original's reader breaks on a seventh. Unix seconds; gaps in seconds. */
export interface ResponseDetail {
  readonly generated_tokens: readonly string[] | string
  readonly prompt: string
  readonly start_time: number
  readonly end_time: number
  readonly model_time: 0
  readonly token_gen_time: readonly number[]
}

export interface ServemarkBlock {
  readonly schema_version: 1
  readonly run_id: string
  readonly environment: Readonly<Record<string, unknown>>
  readonly server: ServerBlock
  readonly point: PointBlock
  readonly point_hash: string
  readonly anchor: { readonly wall_s: number; readonly monotonic_ns: number }
  readonly moments: Readonly<Record<string, number | null>>
  /** Why nothing more was sent. */
  readonly ending: Ending
  readonly chunks: FileReference | null
  readonly series: FileReference | null
  /** Columns in snake case; durations and times in seconds since the anchor (`sent_s`, `first_token_s`, ...). */
  readonly requests: Readonly<Record<string, readonly unknown[]>>
  readonly metrics: Readonly<Record<string, MetricBlock>>
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly failures: readonly FailureBlock[]
  /** Where there were several endpoints. */
  readonly balance?: BalanceBlock
  readonly accuracy: AccuracyBlock
  readonly verdict: Verdict
  readonly thresholds: readonly ThresholdBlock[]
  readonly notes: readonly string[]
}

export interface FileReference {
  readonly file: string
  readonly sha256: string
}

export interface ServerBlock {
  readonly backend: string
  readonly backend_label: string
  readonly label: string
  readonly identity: Readonly<Record<string, unknown>>
  readonly argv: readonly string[] | null
  readonly endpoint: string
  /** Seconds from spawn to: port open, ready, first token. Null for an endpoint. */
  readonly startup: Readonly<Record<string, number | null>> | null
  readonly promises: Readonly<Record<string, boolean>>
  readonly caveat: string | null
  /** Before this point; absent in earlier files. */
  readonly prompt_cache?: PromptCacheBlock
  /** What the server counted of itself; null: its kind counts nothing that is known; absent in earlier files. */
  readonly counters?: CountersBlock | null
  /** Where there are several; `argv` and `identity` above are then the first one's, `startup` the slowest. */
  readonly replicas?: readonly ReplicaBlock[]
}

/** One of several servers that shared a point's requests. */
export interface ReplicaBlock {
  readonly endpoint: string
  readonly identity: Readonly<Record<string, unknown>>
  readonly argv: readonly string[] | null
  /** Its CUDA_VISIBLE_DEVICES where we chose it. */
  readonly gpus: string | null
  readonly log: string | null
  readonly startup: Readonly<Record<string, number | null>> | null
}

/** How requests were shared among the endpoints: measured ones by endpoint, in their order. */
export interface BalanceBlock {
  readonly rule: string
  readonly requests: readonly number[]
  readonly ok: readonly number[]
}
/** What became of the server's cache of prompts: it has none (`off`), it was emptied, that failed, or nothing was done. */
export interface PromptCacheBlock {
  readonly state: 'off' | 'emptied' | 'failed' | 'left'
  readonly text: string | null
}

/** Growth of the server's counters from before the first warm-up request to after the last answer; null where it has none. */
export type CountersBlock =
  | {
      /** The route that told them. */
      readonly source: string
      /** Whose names they had. */
      readonly family: string
      /** Requests in the server before the first of ours. */
      readonly requests_before: number | null
      readonly counted: Readonly<Record<CounterName, number | null>>
    }
  | { readonly source: null; readonly why: string }

export interface PointBlock {
  readonly bench: string
  readonly configuration: string
  readonly label: string
  readonly result_label: string
  readonly model: string
  readonly tensor_parallel: number
  readonly max_ragged_batch_size: number
  readonly replicas: number
  /** Tensor-parallel degree x replicas, null unknown; absent in earlier files, as the next two. */
  readonly gpus?: number | null
  readonly parameters_billion?: number | null
  readonly objectives?: Objectives
  readonly prompt_tokens: number
  readonly output_tokens: number
  /** Closed-loop clients; null in an open loop. */
  readonly clients: number | null
  /** The load in words: `rate=4`, `4/s` in tables, `4 requests/s` in sentences; and its place among a curve's points. */
  readonly load_words: { readonly name: string; readonly short: string; readonly long: string; readonly order: number }
  readonly requests: number
  /** Which of the point's runs, from 1; absent in earlier files. */
  readonly run?: number
  readonly stream: boolean
  readonly load: Readonly<Record<string, unknown>>
  readonly sampling: Readonly<Record<string, unknown>>
  readonly tokenizer: string | null
  readonly token_ledger: TokenLedger
  readonly prompts: string
  readonly salt: string
}

/** Who counted the tokens that throughput rests on. */
export type TokenLedger = 'server' | 'tokenizer' | 'none'

export type MetricBlock = DistributionBlock | ScalarBlock

export interface DistributionBlock {
  readonly unit: string
  readonly count: number
  readonly mean: number | null
  /** n - 1 in the denominator. */
  readonly stddev: number | null
  readonly min: number | null
  readonly p50: number | null
  readonly p90: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly max: number | null
  /** Percentiles with failed requests at +infinity; `at_least` is set where the percentile falls among them. */
  readonly censored?: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99', CensoredQuantile>>
  /** Of the mean and the percentiles over ok requests. */
  readonly intervals?: Readonly<Record<'mean' | 'p50' | 'p90' | 'p95' | 'p99', IntervalBlock>>
}

export type CensoredQuantile =
  | { readonly value: number; readonly interval?: IntervalBlock }
  | { readonly at_least: number | null }

/** A 95 % interval; null: open on that side, because too few values lie beyond it. */
export interface IntervalBlock {
  readonly low: number | null
  readonly high: number | null
}

export interface ScalarBlock {
  readonly unit: string
  readonly value: number | null
  /** Why the value is null, or which ledger counted. */
  readonly note?: string
  /** Absent: none can be given. */
  readonly interval?: IntervalBlock
}

/** Requests that failed alike. */
export interface FailureBlock {
  readonly outcome: Outcome
  readonly http_status: number | null
  /** What the status means on this service, where it means more than in HTTP; absent in earlier files. */
  readonly meaning?: string | null
  readonly count: number
  readonly first_error: string | null
  /** Seconds from the start of the measured part to the first of them. */
  readonly first_at_s: number | null
}

export interface AccuracyBlock {
  /** What the client stamps, and so where its error begins; absent in earlier files. */
  readonly stamped_at?: string
  /** After the point, its server idle: the same client on streams of the same shape from a stub that knows the truth. */
  readonly floor: FloorBlock | null
  /** Stamp minus send time of the canary's events while the point was measured, seconds. */
  readonly in_situ: {
    readonly p50_s: number
    readonly p99_s: number
    readonly max_s: number
    readonly events: number
  } | null
  /** How late the loop may have stamped, by the work between its polls and by waiting for a core, seconds. */
  readonly bound: {
    readonly p50_s: number
    readonly p99_s: number
    readonly max_s: number
    /** Of the wait for a core alone; absent in earlier files. */
    readonly run_delay_p99_s?: number
    readonly polls: number
  } | null
  /** What follows for the figures; null: not known, absent in earlier files. */
  readonly stated?: ErrorBlock | null
}

export interface FloorBlock {
  /** What was replayed: the point's shape in few digits, cut down in time. */
  readonly shape: {
    readonly streams: number
    readonly requests: number
    /** Token-carrying ones. */
    readonly chunks: number
    readonly stream: boolean
    readonly ttft_s: number
    readonly gap_s: number
    readonly tokens_per_chunk: number
    readonly chunk_bytes: number
    readonly request_bytes: number
    readonly lock_step: boolean
    readonly tls: boolean
    /** `http`, `https` or `grpc`; absent in earlier files. */
    readonly scheme?: string
  }
  /** Stamp minus send time of each chunk. */
  readonly arrival: FloorErrors
  readonly ttft: FloorErrors
  readonly itl: FloorErrors | null
}

/** Of |reported - true| of single values, paired, and reported minus true of their p99s. Null: too few values. */
export interface FloorErrors {
  readonly count: number
  readonly p50_s: number | null
  readonly p99_s: number | null
  readonly p999_s: number | null
  readonly p99_difference_s: number | null
}

/** By metric: between which the error of each percentile lies, reported minus true, seconds, in 95 of 100 cases. */
export type ErrorBlock = Readonly<
  Record<string, Readonly<Record<'p50' | 'p90' | 'p95' | 'p99', { readonly low_s: number; readonly high_s: number }>>>
>

export const verdictFamilies = ['ttft', 'itl', 'e2e', 'throughput', 'workload'] as const
export type VerdictFamily = (typeof verdictFamilies)[number]
export type VerdictStatus = 'valid' | 'suspect' | 'invalid'

export interface Verdict {
  readonly status: VerdictStatus
  readonly families: Readonly<Record<VerdictFamily, VerdictStatus>>
  readonly reasons: readonly {
    readonly rule: string
    readonly family: VerdictFamily
    readonly status: VerdictStatus
    readonly text: string
  }[]
}

export interface ThresholdBlock {
  readonly metric: string
  readonly min: number | null
  readonly max: number | null
  readonly value: number | null
  readonly interval?: IntervalBlock
  readonly count: number | null
  readonly status: 'passed' | 'missed'
  readonly text: string
}
