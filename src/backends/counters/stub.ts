import { timesOf, type CounterFamily } from './counter-family.ts'

/** The ground-truth server. */
export const stubCounters: CounterFamily = {
  id: 'stub',
  path: '/metrics',
  counters: {
    requests: ['stub_requests_total'],
    prompt_tokens: ['stub_prompt_tokens_total'],
    output_tokens: ['stub_generation_tokens_total'],
    cache_queries: ['stub_prompt_tokens_total'],
    cache_hits: ['stub_cached_tokens_total'],
    ...timesOf('ttft', 'stub_time_to_first_token_seconds'),
    ...timesOf('e2e', 'stub_e2e_request_latency_seconds'),
  },
  inside: ['stub_num_requests_running'],
}
