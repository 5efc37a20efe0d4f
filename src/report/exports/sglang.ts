import type { ExportFormat } from './export-format.ts'
import type { ExportedRequest } from './exported-request.ts'
import { numpySummary } from './numpy-summary.ts'
import { factsOf, type PointFacts } from './point-facts.ts'
import { decodeTimes, least, most, peaksOf, total } from './vllm-bench.ts'

/** The lines of SGLang's `bench_serving --output-file --output-details`, one a point, by its definitions. */
export const sglang: ExportFormat = {
  id: 'sglang',
  about: 'the JSON lines of SGLang bench_serving, a line a point',
  countsTokens: true,
  write: ({ points }) =>
    Promise.resolve([
      {
        name: 'sglang.jsonl',
        content: points.map((point) => `${JSON.stringify(sglangResult(point.requests, factsOf(point)))}\n`).join(''),
      },
    ]),
}

export function sglangResult(requests: readonly ExportedRequest[], facts: PointFacts) {
  const done = requests.filter((request) => request.outcome === 'ok')
  const start = least(requests.map((request) => request.sentMonotonic))
  const duration = most(done.map((request) => request.sentMonotonic + (request.latency ?? 0))) - start
  const rate = (count: number) => (done.length > 0 && duration > 0 ? count / duration : 0)
  const [input, output] = [total(done, 'promptTokens'), total(done, 'outputTokens')]
  const latencies = done.flatMap((request) => request.latency ?? [])
  const gaps = numpySummary(
    done.flatMap((request) => request.gaps),
    1000,
  )
  const peaks = peaksOf(done)
  return {
    tag: null,
    backend: facts.backend,
    dataset_name: 'servemark',
    request_rate: facts.rate ?? 'inf',
    max_concurrency: facts.clients,
    sharegpt_output_len: null,
    random_input_len: facts.promptTokens,
    random_output_len: facts.outputTokens,
    random_range_ratio: null,
    server_info: null,
    duration: done.length > 0 ? duration : 0,
    completed: done.length,
    total_input_tokens: input,
    total_input_text_tokens: input,
    total_input_vision_tokens: 0,
    total_output_tokens: output,
    total_output_tokens_retokenized: output,
    request_throughput: rate(done.length),
    input_throughput: rate(input),
    output_throughput: rate(output),
    total_throughput: rate(input + output),
    ...milliseconds('e2e_latency', latencies),
    ...milliseconds(
      'ttft',
      done.flatMap((request) => request.ttft ?? []),
    ),
    ...milliseconds('tpot', decodeTimes(done)),
    mean_itl_ms: gaps.mean,
    median_itl_ms: gaps.median,
    std_itl_ms: gaps.std,
    p95_itl_ms: gaps.percentile(0.95),
    p99_itl_ms: gaps.percentile(0.99),
    concurrency: rate(latencies.reduce((sum, latency) => sum + latency, 0)),
    accept_length: null,
    max_output_tokens_per_s: peaks.tokens,
    max_concurrent_requests: peaks.requests,
    input_lens: requests.map((request) => request.promptTokens ?? 0),
    output_lens: requests.map((request) => (request.outcome === 'ok' ? (request.outputTokens ?? 0) : 0)),
    ttfts: requests.map((request) => request.ttft ?? 0),
    itls: requests.map((request) => request.gaps),
    generated_texts: requests.map((request) => request.text),
    errors: requests.map((request) => (request.outcome === 'ok' ? '' : (request.error ?? request.outcome))),
  }
}

function milliseconds(name: string, seconds: readonly number[]) {
  const { mean, median, std, percentile } = numpySummary(seconds, 1000)
  return {
    [`mean_${name}_ms`]: mean,
    [`median_${name}_ms`]: median,
    [`std_${name}_ms`]: std,
    [`p99_${name}_ms`]: percentile(0.99),
  }
}
