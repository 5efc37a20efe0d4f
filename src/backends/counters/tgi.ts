import { timesOf, type CounterFamily } from './counter-family.ts'

/** Lengths are histograms, whose sums are the tokens. It has no time to the first token. */
export const tgiCounters: CounterFamily = {
  id: 'tgi',
  path: '/metrics',
  counters: {
    requests: ['tgi_request_count'],
    prompt_tokens: ['tgi_request_input_length_sum'],
    output_tokens: ['tgi_request_generated_tokens_sum'],
    ...timesOf('e2e', 'tgi_request_duration'),
    ...timesOf('tpot', 'tgi_request_mean_time_per_token_duration'),
  },
  inside: ['tgi_queue_size', 'tgi_batch_current_size'],
}
