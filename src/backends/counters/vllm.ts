import { timesOf, type CounterFamily } from './counter-family.ts'

/** Its cache counts in tokens. `vllm:iteration_tokens_total` and the `_created` gauges are traps: names are whole names. */
export const vllmCounters: CounterFamily = {
  id: 'vllm',
  path: '/metrics',
  counters: {
    requests: ['vllm:request_success_total'],
    prompt_tokens: ['vllm:prompt_tokens_total'],
    output_tokens: ['vllm:generation_tokens_total'],
    cache_queries: ['vllm:prefix_cache_queries_total'],
    cache_hits: ['vllm:prefix_cache_hits_total'],
    preemptions: ['vllm:num_preemptions_total'],
    ...timesOf('ttft', 'vllm:time_to_first_token_seconds'),
    ...timesOf('e2e', 'vllm:e2e_request_latency_seconds'),
    ...timesOf('itl', 'vllm:inter_token_latency_seconds'),
    ...timesOf('tpot', 'vllm:request_time_per_output_token_seconds'),
  },
  inside: ['vllm:num_requests_running', 'vllm:num_requests_waiting'],
}
