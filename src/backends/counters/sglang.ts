import { timesOf, type CounterFamily } from './counter-family.ts'

/** Counted when a request has ended. */
export const sglangCounters: CounterFamily = {
  id: 'sglang',
  path: '/metrics',
  counters: {
    requests: ['sglang:num_requests_total'],
    prompt_tokens: ['sglang:prompt_tokens_total'],
    output_tokens: ['sglang:generation_tokens_total'],
    cache_queries: ['sglang:prompt_tokens_total'],
    cache_hits: ['sglang:cached_tokens_total'],
    preemptions: ['sglang:num_retracted_requests_total'],
    ...timesOf('ttft', 'sglang:time_to_first_token_seconds'),
    ...timesOf('e2e', 'sglang:e2e_request_latency_seconds'),
    ...timesOf('itl', 'sglang:inter_token_latency_seconds'),
    ...timesOf('tpot', 'sglang:request_time_per_output_token_seconds'),
  },
  inside: ['sglang:num_running_reqs', 'sglang:num_queue_reqs'],
  hint: 'start SGLang with --enable-metrics',
}
