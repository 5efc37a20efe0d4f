import type { ExportFormat } from './export-format.ts'
import type { ExportedRequest } from './exported-request.ts'
import { numpySummary } from './numpy-summary.ts'
import { factsOf, type PointFacts } from './point-facts.ts'

/**
 * The JSON of `vllm bench serve --save-result --save-detailed`, one file a point, by its definitions: throughput over the whole
 * duration, TPOT = (latency - TTFT) / (tokens - 1) without answers of one token, ITL the pooled gaps between chunks.
 */
export const vllmBench: ExportFormat = {
  id: 'vllm-bench',
  about: 'the JSON of `vllm bench serve`, a file a point',
  countsTokens: true,
  write: ({ points }) =>
    Promise.resolve(
      points.map((point) => ({
        name: `${point.directory}/${point.name}.json`,
        content: `${JSON.stringify(vllmBenchResult(point.requests, factsOf(point)))}\n`,
      })),
    ),
}

export function vllmBenchResult(requests: readonly ExportedRequest[], facts: PointFacts) {
  const done = requests.filter((request) => request.outcome === 'ok')
  const start = least(requests.map((request) => request.sentMonotonic))
  const end = most(done.map((request) => request.sentMonotonic + (request.latency ?? 0)))
  const duration = done.length === 0 ? 0 : end - start
  const rate = (count: number) => (duration > 0 ? count / duration : 0)
  const [input, output] = [total(done, 'promptTokens'), total(done, 'outputTokens')]
  const peaks = peaksOf(done)
  return {
    date: facts.time.replaceAll(/[-:]/g, '').replace(' ', '-').slice(0, 15),
    endpoint_type: facts.backend,
    backend: facts.backend,
    label: null,
    model_id: facts.model,
    tokenizer_id: facts.tokenizer,
    num_prompts: requests.length,
    request_rate: facts.rate ?? 'inf',
    burstiness: 1,
    max_concurrency: facts.clients,
    duration,
    completed: done.length,
    failed: requests.length - done.length,
    total_input_tokens: input,
    total_output_tokens: output,
    request_throughput: rate(done.length),
    request_goodput: facts.goodput,
    output_throughput: rate(output),
    total_token_throughput: rate(input + output),
    input_lens: requests.map((request) => request.promptTokens ?? 0),
    output_lens: requests.map((request) => (request.outcome === 'ok' ? (request.outputTokens ?? 0) : 0)),
    ttfts: requests.map((request) => request.ttft ?? 0),
    itls: requests.map((request) => request.gaps),
    latencies: requests.map((request) => request.latency ?? 0),
    start_times: requests.map((request) => request.sentMonotonic),
    queue_times: requests.map((request) => request.queued ?? 0),
    generated_texts: requests.map((request) => request.text),
    errors: requests.map((request) => (request.outcome === 'ok' ? '' : (request.error ?? request.outcome))),
    max_output_tokens_per_s: peaks.tokens,
    max_concurrent_requests: peaks.requests,
    rtfx: 0,
    ...milliseconds('ttft', present(done.map((request) => request.ttft))),
    ...milliseconds('tpot', decodeTimes(done)),
    ...milliseconds(
      'itl',
      done.flatMap((request) => request.gaps),
    ),
    ...milliseconds('e2el', present(done.map((request) => request.latency))),
  }
}

/** (latency - TTFT) / (tokens - 1) of each answer of two tokens or more, seconds. */
export function decodeTimes(requests: readonly ExportedRequest[]): number[] {
  return requests.flatMap(({ ttft, latency, outputTokens }) =>
    ttft === null || latency === null || outputTokens === null || outputTokens < 2
      ? []
      : [(latency - ttft) / (outputTokens - 1)],
  )
}

function milliseconds(name: string, seconds: readonly number[]) {
  const { mean, median, std, percentile } = numpySummary(seconds, 1000)
  return {
    [`mean_${name}_ms`]: mean,
    [`median_${name}_ms`]: median,
    [`std_${name}_ms`]: std,
    [`p50_${name}_ms`]: percentile(0.5),
    [`p90_${name}_ms`]: percentile(0.9),
    [`p99_${name}_ms`]: percentile(0.99),
  }
}

/** Largest numbers of chunks, and of requests on the wire, in a second counted from the first request. */
export function peaksOf(done: readonly ExportedRequest[]): { tokens: number; requests: number } {
  const start = least(done.map((request) => request.sentMonotonic))
  const chunks = new Map<number, number>()
  const open = new Map<number, number>()
  const add = (seconds: Map<number, number>, second: number) => seconds.set(second, (seconds.get(second) ?? 0) + 1)
  for (const { sentMonotonic, ttft, latency, gaps } of done) {
    const sent = sentMonotonic - start
    let time = sent + (ttft ?? 0)
    if (ttft !== null) add(chunks, Math.floor(time))
    for (const gap of gaps) {
      time += gap
      add(chunks, Math.floor(time))
    }
    for (let second = Math.floor(sent); second <= Math.floor(sent + (latency ?? 0)); second++) add(open, second)
  }
  return { tokens: most(chunks.values()), requests: most(open.values()) }
}

const present = (values: readonly (number | null)[]) => values.flatMap((value) => value ?? [])

export const total = (requests: readonly ExportedRequest[], key: 'promptTokens' | 'outputTokens') =>
  requests.reduce((sum, request) => sum + (request[key] ?? 0), 0)

export function least(values: Iterable<number>): number {
  let found = Infinity
  for (const value of values) found = Math.min(found, value)
  return found === Infinity ? 0 : found
}

export function most(values: Iterable<number>): number {
  let found = -Infinity
  for (const value of values) found = Math.max(found, value)
  return found === -Infinity ? 0 : found
}
