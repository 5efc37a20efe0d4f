import { quantile, standardDeviation } from '../../metrics/statistics.ts'
import type { ExportedPoint, ExportFormat } from './export-format.ts'
import type { ExportedRequest } from './exported-request.ts'
import { factsOf } from './point-facts.ts'
import { least, most, total } from './vllm-bench.ts'

/**
 * AIPerf's two files a point: `profile_export_aiperf.json` (a block of statistics a metric) and `profile_export.jsonl` (a record a
 * request). Its ITL is a request's (latency - TTFT) / (tokens - 1); the gaps are its inter-chunk latency.
 */
export const aiperf: ExportFormat = {
  id: 'aiperf',
  about: 'profile_export_aiperf.json and profile_export.jsonl of NVIDIA AIPerf, a folder a point',
  countsTokens: true,
  write: ({ points }) =>
    Promise.resolve(
      points.flatMap((point) => {
        const folder = `${point.directory}/${point.name}`
        const records = point.requests.map((request) => `${JSON.stringify(recordOf(request))}\n`).join('')
        return [
          { name: `${folder}/profile_export_aiperf.json`, content: `${JSON.stringify(summaryOf(point), null, 2)}\n` },
          { name: `${folder}/profile_export.jsonl`, content: records },
        ]
      }),
    ),
}

interface Quantity {
  readonly tag: string
  readonly unit: string
  readonly of: (request: ExportedRequest) => number | null
}

const milliseconds = (seconds: number | null) => (seconds === null ? null : seconds * 1000)

function tokenLatency({ ttft, latency, outputTokens }: ExportedRequest): number | null {
  if (ttft === null || latency === null || outputTokens === null || outputTokens < 2) return null
  return ((latency - ttft) / (outputTokens - 1)) * 1000
}

const quantities: readonly Quantity[] = [
  { tag: 'time_to_first_token', unit: 'ms', of: ({ ttft }) => milliseconds(ttft) },
  { tag: 'time_to_second_token', unit: 'ms', of: ({ gaps }) => milliseconds(gaps[0] ?? null) },
  { tag: 'request_latency', unit: 'ms', of: ({ latency }) => milliseconds(latency) },
  { tag: 'inter_token_latency', unit: 'ms', of: tokenLatency },
  {
    tag: 'output_token_throughput_per_user',
    unit: 'tokens/sec/user',
    of: (request) => {
      const latency = tokenLatency(request)
      return latency === null || latency <= 0 ? null : 1000 / latency
    },
  },
  { tag: 'output_sequence_length', unit: 'tokens', of: ({ outputTokens }) => outputTokens },
  { tag: 'input_sequence_length', unit: 'tokens', of: ({ promptTokens }) => promptTokens },
]

function recordOf(request: ExportedRequest) {
  const nanoseconds = (seconds: number) => Math.round(seconds * 1e9)
  const failed = request.outcome !== 'ok'
  const values = quantities.flatMap(({ tag, unit, of }) => {
    const value = of(request)
    return value === null ? [] : [[tag, { value, unit }] as const]
  })
  const gaps = request.gaps.map((gap) => gap * 1000)
  return {
    metadata: {
      session_num: request.index,
      x_request_id: request.requestId,
      x_correlation_id: null,
      conversation_id: null,
      turn_index: 0,
      request_start_ns: nanoseconds(request.sentUnix),
      request_ack_ns: null,
      request_end_ns: request.latency === null ? null : nanoseconds(request.sentUnix + request.latency),
      worker_id: request.client === null ? null : `client_${request.client}`,
      record_processor_id: null,
      benchmark_phase: 'profiling',
      was_cancelled: request.outcome === 'cancelled',
      cancellation_time_ns: null,
    },
    metrics: failed
      ? { ...(request.promptTokens !== null && { error_isl: { value: request.promptTokens, unit: 'tokens' } }) }
      : { ...Object.fromEntries(values), ...(gaps.length > 0 && { inter_chunk_latency: { value: gaps, unit: 'ms' } }) },
    error: failed
      ? { code: request.httpStatus, type: request.outcome, message: request.error ?? request.outcome }
      : null,
  }
}

function summaryOf(point: ExportedPoint) {
  const facts = factsOf(point)
  const done = point.requests.filter((request) => request.outcome === 'ok')
  const failed = point.requests.filter((request) => request.outcome !== 'ok')
  const start = least(point.requests.map((request) => request.sentUnix))
  const end = most(done.map((request) => request.sentUnix + (request.latency ?? 0)))
  const duration = done.length === 0 ? 0 : end - start
  const rate = (count: number) => (duration > 0 ? count / duration : 0)
  const [input, output] = [total(done, 'promptTokens'), total(done, 'outputTokens')]
  const records = quantities.flatMap(({ tag, unit, of }) => {
    const values = done.flatMap((request) => of(request) ?? [])
    return values.length === 0 ? [] : [[tag, { unit, ...statisticsOf(values) }] as const]
  })
  const gaps = done.flatMap((request) => request.gaps.map((gap) => gap * 1000))
  const one = (unit: string, avg: number) => ({ unit, avg })
  const errors = [...Map.groupBy(failed, (request) => `${request.outcome} ${request.httpStatus} ${request.error}`)]
  return {
    schema_version: '1.5',
    aiperf_version: 'exported by servemark',
    benchmark_id: facts.runId,
    start_time: new Date(start * 1000).toISOString(),
    end_time: new Date(end * 1000).toISOString(),
    was_cancelled: point.requests.some((request) => request.outcome === 'cancelled'),
    ...Object.fromEntries(records),
    ...(gaps.length > 0 && { inter_chunk_latency: { unit: 'ms', ...statisticsOf(gaps) } }),
    request_throughput: one('requests/sec', rate(done.length)),
    output_token_throughput: one('tokens/sec', rate(output)),
    total_token_throughput: one('tokens/sec', rate(input + output)),
    request_count: one('requests', done.length),
    error_request_count: one('requests', failed.length),
    total_output_tokens: one('tokens', output),
    total_isl: one('tokens', input),
    benchmark_duration: one('sec', duration),
    ...(facts.goodput !== null && { goodput: one('requests/sec', facts.goodput) }),
    input_config: {
      models: [facts.model],
      endpoint: { streaming: facts.stream },
      phases: { profiling: { concurrency: facts.clients, requests: point.requests.length } },
    },
    run_info: {
      benchmark_id: facts.runId,
      sweep_id: null,
      random_seed: null,
      trial: 0,
      run_label: point.name,
      variation_label: 'base',
      variation_index: 0,
      variation_values: {},
      cli_command: facts.command,
    },
    error_summary: errors.map(([, alike]) => ({
      error_details: {
        code: alike[0]?.httpStatus ?? null,
        type: alike[0]?.outcome ?? '',
        message: alike[0]?.error ?? '',
      },
      count: alike.length,
    })),
  }
}

function statisticsOf(values: readonly number[]) {
  const sorted = Float64Array.from(values).sort()
  const sum = values.reduce((all, value) => all + value, 0)
  const shares = { p1: 0.01, p5: 0.05, p10: 0.1, p25: 0.25, p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 }
  return {
    avg: sum / values.length,
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    ...Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, quantile(sorted, share) ?? 0])),
    std: standardDeviation(values) ?? 0,
    count: values.length,
    sum,
  }
}
