import type { Counted } from './metrics.ts'

/** Lines of Prometheus text as one kind of server writes them, its traps included. */
type Write = (counted: Counted, running: number, model: string) => readonly string[]

type Labels = Readonly<Record<string, string>>

const sample = (name: string, labels: Labels, value: number) => {
  const inner = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`)
  return `${name}${inner.length === 0 ? '' : `{${inner.join(',')}}`} ${value}`
}

const counter = (name: string, labels: Labels, value: number, type = 'counter') => [
  `# HELP ${name} as the server counts it`,
  `# TYPE ${name} ${type}`,
  sample(name, labels, value),
]

const times = (name: string, labels: Labels, sum: number, count: number, type = 'histogram') => [
  `# HELP ${name} as the server counts it`,
  `# TYPE ${name} ${type}`,
  ...(type === 'histogram' ? [sample(`${name}_bucket`, { ...labels, le: '+Inf' }, count)] : []),
  sample(`${name}_sum`, labels, sum),
  sample(`${name}_count`, labels, count),
]

const stub: Write = (counted, running, model) => {
  const labels = { model_name: model }
  return [
    ...counter('stub_requests_total', labels, counted.requests),
    ...counter('stub_prompt_tokens_total', labels, counted.promptTokens),
    ...counter('stub_cached_tokens_total', labels, counted.cachedTokens),
    ...counter('stub_generation_tokens_total', labels, counted.tokens),
    ...times('stub_time_to_first_token_seconds', labels, counted.ttftSum, counted.ttftCount, 'summary'),
    ...times('stub_e2e_request_latency_seconds', labels, counted.e2eSum, counted.e2eCount, 'summary'),
    ...counter('stub_num_requests_running', labels, running, 'gauge'),
  ]
}

/** Two engines, each with series of its own, and a `_created` gauge beside each counter. */
const vllm: Write = (counted, running, model) => {
  const half = (value: number) => [Math.floor(value / 2), Math.ceil(value / 2)]
  const engines = (name: string, value: number, more: Labels = {}) => [
    `# TYPE ${name} counter`,
    ...half(value).map((part, engine) => sample(name, { engine: String(engine), ...more, model_name: model }, part)),
    sample(name.replace(/_total$/, '_created'), { engine: '0', ...more, model_name: model }, 1.7952990727670908e9),
  ]
  const labels = { engine: '0', model_name: model }
  return [
    ...counter('vllm:num_requests_running', labels, running, 'gauge'),
    ...counter('vllm:num_requests_waiting', labels, 0, 'gauge'),
    ...engines('vllm:prefix_cache_queries_total', counted.promptTokens),
    ...engines('vllm:prefix_cache_hits_total', counted.cachedTokens),
    ...engines('vllm:num_preemptions_total', counted.preemptions),
    ...engines('vllm:prompt_tokens_total', counted.promptTokens),
    ...engines('vllm:generation_tokens_total', counted.tokens),
    ...engines('vllm:request_success_total', counted.requests, { finished_reason: 'length' }),
    ...engines('vllm:request_success_total', 0, { finished_reason: 'stop' }),
    ...times('vllm:iteration_tokens_total', labels, 3 * counted.tokens, counted.tokens),
    ...times('vllm:time_to_first_token_seconds', labels, counted.ttftSum, counted.ttftCount),
    ...times('vllm:e2e_request_latency_seconds', labels, counted.e2eSum, counted.e2eCount),
  ]
}

const sglang: Write = (counted, running, model) => {
  const labels = { engine_type: 'unified', model_name: model, tp_rank: '0' }
  return [
    ...counter('sglang:num_running_reqs', labels, running, 'gauge'),
    ...counter('sglang:num_queue_reqs', labels, 0, 'gauge'),
    ...counter('sglang:prompt_tokens_total', labels, counted.promptTokens),
    ...counter('sglang:generation_tokens_total', labels, counted.tokens),
    ...counter('sglang:cached_tokens_total', { ...labels, cache_source: 'device' }, counted.cachedTokens),
    ...counter('sglang:num_requests_total', labels, counted.requests),
    ...times('sglang:time_to_first_token_seconds', labels, counted.ttftSum, counted.ttftCount),
    ...times('sglang:e2e_request_latency_seconds', labels, counted.e2eSum, counted.e2eCount),
  ]
}

/** No label names the model; lengths are histograms. */
const tgi: Write = (counted, running) => [
  ...counter('tgi_request_count', {}, counted.requests),
  ...counter('tgi_request_success', {}, counted.requests),
  ...counter('tgi_queue_size', {}, 0, 'gauge'),
  ...counter('tgi_batch_current_size', {}, running, 'gauge'),
  ...times('tgi_request_input_length', {}, counted.promptTokens, counted.requests),
  ...times('tgi_request_generated_tokens', {}, counted.tokens, counted.requests),
  ...times('tgi_request_duration', {}, counted.e2eSum, counted.e2eCount),
]

/** Prompt tokens without those of the cache, no labels, no requests. */
const llamaServer: Write = (counted, running) => [
  ...counter('llamacpp:prompt_tokens_total', {}, counted.promptTokens - counted.cachedTokens),
  ...counter('llamacpp:prompt_tokens_cached_total', {}, counted.cachedTokens),
  ...counter('llamacpp:tokens_predicted_total', {}, counted.tokens),
  ...counter('llamacpp:prompt_tokens_seconds', {}, 431.2, 'gauge'),
  ...counter('llamacpp:requests_processing', {}, running, 'gauge'),
  ...counter('llamacpp:requests_deferred', {}, 0, 'gauge'),
]

export const counterWords = { stub, vllm, sglang, tgi, 'llama-server': llamaServer } as const satisfies Record<
  string,
  Write
>
export type CounterWords = keyof typeof counterWords
export const counterWordNames = Object.keys(counterWords) as [CounterWords, ...CounterWords[]]
