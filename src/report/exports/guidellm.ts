import type { ExportedPoint, ExportFormat } from './export-format.ts'
import type { ExportedRequest } from './exported-request.ts'
import { factsOf } from './point-facts.ts'
import { least, most } from './vllm-bench.ts'
import { openOverTime, ratesBetween, weightedSummary, type WeightedValue } from './weighted-summary.ts'

/**
 * guidellm's report, all points as benchmarks of one file, by its definitions: "ITL" a request's (last - first) / (tokens - 1),
 * "TPOT" its latency / tokens with the first token's wait, both weighted by tokens; rates and concurrency weighted by time.
 */
export const guidellm: ExportFormat = {
  id: 'guidellm',
  about: "guidellm's benchmarks.json, all points in one",
  countsTokens: true,
  write({ points }) {
    const report = {
      metadata: { version: 2, guidellm_version: 'exported by servemark', python_version: '', platform: '' },
      config: { spec: {} },
      benchmarks: points.map(benchmarkOf),
    }
    return Promise.resolve([{ name: 'benchmarks.json', content: `${JSON.stringify(report)}\n` }])
  },
}

function benchmarkOf(point: ExportedPoint) {
  const facts = factsOf(point)
  const done = point.requests.filter((request) => request.outcome === 'ok')
  const cut = point.requests.filter(({ outcome }) => outcome === 'cancelled' || outcome === 'not_sent')
  const errored = point.requests.filter((request) => !done.includes(request) && !cut.includes(request))
  const start = least(point.requests.map((request) => request.sentUnix))
  const end = most(done.map((request) => request.sentUnix + (request.latency ?? 0)))
  const totals = {
    successful: done.length,
    incomplete: cut.length,
    errored: errored.length,
    total: point.requests.length,
  }
  const spans = done.map(({ sentUnix, latency }) => ({ start: sentUnix, end: sentUnix + (latency ?? 0) }))
  const each = (
    of: (request: ExportedRequest) => number | null,
    weigh: (request: ExportedRequest) => number = () => 1,
  ) => status(done.flatMap((request) => weighted(of(request), weigh(request))))
  const decoded = ({ outputTokens }: ExportedRequest) => Math.max(0, (outputTokens ?? 0) - 1)
  const duration = end - start
  const steadily = (count: (request: ExportedRequest) => number | null) => {
    const sum = done.reduce((all, request) => all + (count(request) ?? 0), 0)
    return status(duration > 0 ? [{ value: sum / duration, weight: duration }] : [])
  }
  return {
    type_: 'generative_benchmark',
    config: {
      id_: point.name,
      run_id: facts.runId,
      run_index: 0,
      strategy:
        facts.rate === null ? { type_: 'concurrent', streams: facts.clients } : { type_: 'constant', rate: facts.rate },
      constraints: { max_requests: { max_num: point.requests.length } },
      profile: {},
      requests: { data: [{ prompt_tokens: facts.promptTokens, output_tokens: facts.outputTokens }] },
      backend: { type_: facts.backend, model: facts.model },
      environment: {},
    },
    scheduler_metrics: {
      start_time: start,
      request_start_time: start,
      measure_start_time: start,
      measure_end_time: end,
      request_end_time: end,
      end_time: end,
      requests_made: totals,
    },
    metrics: {
      request_totals: totals,
      requests_per_second: status(ratesBetween([start, ...spans.map((span) => span.end)])),
      request_concurrency: status(openOverTime(spans)),
      request_latency: each(({ latency }) => latency),
      request_streaming_iterations_count: each(({ gaps, ttft }) => (ttft === null ? null : gaps.length + 1)),
      prompt_token_count: each(({ promptTokens }) => promptTokens),
      output_token_count: each(({ outputTokens }) => outputTokens),
      total_token_count: each(tokensOf),
      time_to_first_token_ms: each(({ ttft }) => (ttft === null ? null : ttft * 1000)),
      time_per_output_token_ms: each(perToken, ({ outputTokens }) => outputTokens ?? 0),
      inter_token_latency_ms: each(betweenTokens, decoded),
      prompt_tokens_per_second: steadily(({ promptTokens }) => promptTokens),
      output_tokens_per_second: steadily(({ outputTokens }) => outputTokens),
      tokens_per_second: steadily(tokensOf),
    },
    start_time: start,
    end_time: end,
    duration,
    requests: {
      successful: done.map(requestOf),
      incomplete: cut.map(requestOf),
      errored: errored.map(requestOf),
      total: null,
    },
  }
}

const weighted = (value: number | null, weight: number) => (value === null ? [] : [{ value, weight }])

function status(values: readonly WeightedValue[]) {
  const summary = weightedSummary(values)
  return { successful: summary, incomplete: null, errored: null, total: summary }
}

const tokensOf = ({ promptTokens, outputTokens }: ExportedRequest) =>
  promptTokens === null || outputTokens === null ? null : promptTokens + outputTokens

function perToken({ latency, outputTokens }: ExportedRequest): number | null {
  return latency === null || !outputTokens ? null : (latency / outputTokens) * 1000
}

function betweenTokens({ gaps, ttft, latency, outputTokens }: ExportedRequest): number | null {
  if (outputTokens === null || outputTokens < 2 || ttft === null || latency === null) return null
  const decode = gaps.length > 0 ? gaps.reduce((sum, gap) => sum + gap, 0) : latency - ttft
  return (decode / (outputTokens - 1)) * 1000
}

function requestOf(request: ExportedRequest) {
  const { latency, sentUnix, outputTokens } = request
  const rate = (tokens: number | null) =>
    tokens === null || latency === null || latency <= 0 ? null : tokens / latency
  return {
    type_: 'generative_request_stats',
    request_id: request.requestId ?? String(request.index),
    response_id: null,
    output: request.text,
    info: { status: request.outcome === 'ok' ? 'completed' : 'errored', error: request.error },
    request_start_time: sentUnix,
    request_end_time: latency === null ? null : sentUnix + latency,
    request_latency: latency,
    prompt_tokens: request.promptTokens,
    cached_tokens: request.cachedTokens,
    output_tokens: outputTokens,
    total_tokens: tokensOf(request),
    time_to_first_token_ms: request.ttft === null ? null : request.ttft * 1000,
    time_per_output_token_ms: perToken(request),
    inter_token_latency_ms: betweenTokens(request),
    tokens_per_second: rate(tokensOf(request)),
    output_tokens_per_second: rate(outputTokens),
  }
}
