import { clientWords } from '../plan/load-shapes/closed-loop.ts'
import { rateWords } from '../plan/load-shapes/constant-rate.ts'
import { outcomes, type Outcome } from '../recording/vocabulary.ts'
import type {
  DistributionBlock,
  FailureBlock,
  MetricBlock,
  ResultFile,
  ServemarkBlock,
  ThresholdBlock,
  Verdict,
  VerdictStatus,
} from '../result/schema.ts'

/** What a synthetic point should look like; everything else is plausible and fixed. */
export interface SyntheticPoint {
  readonly clients?: number
  /** Requests/s of an open loop instead of clients. */
  readonly rate?: number
  readonly label?: string
  readonly backend?: string
  readonly bench?: string
  readonly configuration?: string
  readonly model?: string
  readonly promptTokens?: number
  readonly requestsPerSecond?: number | null
  readonly latency?: number | null
  readonly ttft?: number | null
  readonly itl?: number | null
  readonly stream?: boolean
  readonly ok?: number
  readonly failures?: readonly FailureBlock[]
  readonly status?: VerdictStatus
  readonly reasons?: Verdict['reasons']
  readonly thresholds?: readonly ThresholdBlock[]
  readonly caveat?: string | null
  readonly notes?: readonly string[]
  readonly argv?: readonly string[] | null
  readonly metrics?: Readonly<Record<string, MetricBlock>>
}

/** For tests: a result file of one point. */
export function syntheticResult(point: SyntheticPoint = {}): ResultFile {
  return {
    args: {},
    time: '2026-11-22 10:00:00.000000',
    response_details: [],
    servemark: {
      schema_version: 1,
      run_id: 'run-1',
      environment: { cpu: 'Test CPU', cores: 2 },
      ...serverAndPoint(point),
      point_hash: 'hash',
      anchor: { wall_s: 0, monotonic_ns: 0 },
      moments: {},
      ending: 'complete',
      chunks: null,
      series: null,
      requests: {},
      metrics: { ...metricsOf(point), ...point.metrics },
      outcomes: outcomesOf(point),
      failures: point.failures ?? [],
      accuracy: { floor: null, in_situ: null, bound: null },
      verdict: verdictOf(point),
      thresholds: point.thresholds ?? [],
      notes: point.notes ?? [],
    },
  }
}

function serverAndPoint(point: SyntheticPoint): Pick<ServemarkBlock, 'server' | 'point'> {
  const { clients = 1, rate, backend = 'vllm', promptTokens = 1200 } = point
  const words = rate === undefined ? clientWords(clients) : rateWords(rate)
  const configuration = point.configuration ?? `${backend} tp=1`
  return {
    server: {
      backend,
      backend_label: backend,
      label: configuration,
      identity: { version: '1.2.3' },
      argv: point.argv ?? null,
      endpoint: 'http://127.0.0.1:8000/v1',
      startup: null,
      promises: {},
      caveat: point.caveat ?? null,
    },
    point: {
      bench: point.bench ?? 'llama-7b',
      configuration,
      label: `prompt=${promptTokens} gen=60 ${words.name}`,
      result_label: point.label ?? backend,
      model: point.model ?? 'meta-llama/Llama-2-7b-hf',
      tensor_parallel: 1,
      max_ragged_batch_size: 768,
      replicas: 1,
      prompt_tokens: promptTokens,
      output_tokens: 60,
      clients: rate === undefined ? clients : null,
      load_words: words,
      requests: 4 * clients + 32,
      stream: point.stream ?? true,
      load: { kind: 'closedLoop', clients },
      sampling: {},
      tokenizer: null,
      token_ledger: 'server',
      prompts: 'salted',
      salt: 'salt',
    },
  }
}

function metricsOf(point: SyntheticPoint): Record<string, MetricBlock> {
  const { clients = 1, requestsPerSecond = 1.234, stream = true } = point
  const count = point.ok ?? 4 * clients + 32
  return {
    ttft: distribution(stream ? (point.ttft === undefined ? 0.212 : point.ttft) : null, count),
    itl: distribution(stream ? (point.itl === undefined ? 0.0199 : point.itl) : null, count * 59),
    tpot: distribution(stream ? (point.itl === undefined ? 0.0199 : point.itl) : null, count),
    e2e_latency: distribution(point.latency === undefined ? 1.4 : point.latency, count),
    request_throughput: { unit: 'requests/s', value: requestsPerSecond },
    output_token_throughput: { unit: 'tokens/s', value: requestsPerSecond === null ? null : requestsPerSecond * 60 },
  }
}

/** All percentiles from one value: p99 is 10 % above the median. */
function distribution(p50: number | null, count: number): DistributionBlock {
  const times = (factor: number) => (p50 === null ? null : p50 * factor)
  return {
    unit: 's',
    count: p50 === null ? 0 : count,
    mean: times(1),
    stddev: times(0.05),
    min: times(0.9),
    p50,
    p90: times(1.05),
    p95: times(1.08),
    p99: times(1.1),
    max: times(1.2),
  }
}

function outcomesOf(point: SyntheticPoint): Record<Outcome, number> {
  const { clients = 1, failures = [] } = point
  const failed = failures.reduce((sum, { count }) => sum + count, 0)
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>
  for (const { outcome, count } of failures) counts[outcome] += count
  counts.ok = point.ok ?? 4 * clients + 32 - failed
  return counts
}

function verdictOf({ status, reasons = [] }: SyntheticPoint): Verdict {
  const worst = (['invalid', 'suspect'] as const).find((each) => reasons.some((reason) => reason.status === each))
  const families = { ttft: 'valid', itl: 'valid', e2e: 'valid', throughput: 'valid', workload: 'valid' } as const
  return { status: status ?? worst ?? 'valid', families, reasons }
}

/** The requests of a result file: one of the warm-up, then `count` measured ones, one sent each second, first token after 0.1 s. */
export function requestColumns(
  count: number,
  of: (i: number) => { readonly seconds: number; readonly outcome: Outcome } = () => ({ seconds: 1, outcome: 'ok' }),
): Record<string, readonly unknown[]> {
  const rows = Array.from({ length: count + 1 }, (_, row) => ({ sent: row - 1, ...of(Math.max(0, row - 1)) }))
  const ok = rows.map(({ outcome }) => outcome === 'ok')
  return {
    phase: rows.map((_, row) => (row === 0 ? 'warmup' : 'measure')),
    client: rows.map((_, row) => row % 4),
    outcome: rows.map(({ outcome }) => outcome),
    http_status: ok.map((each) => (each ? 200 : 503)),
    error: ok.map((each) => (each ? null : 'overloaded')),
    sent_s: rows.map(({ sent }) => sent),
    first_token_s: rows.map(({ sent }) => sent + 0.1),
    last_token_s: rows.map(({ sent, seconds }) => sent + seconds),
    finished_s: rows.map(({ sent, seconds }) => sent + seconds),
    closed_s: rows.map(({ sent, seconds }) => sent + seconds),
    server_output_tokens: rows.map(() => 60),
  }
}
