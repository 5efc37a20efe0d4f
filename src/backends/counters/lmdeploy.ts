import { timesOf, type CounterFamily } from './counter-family.ts'

export const lmdeployCounters: CounterFamily = {
  id: 'lmdeploy',
  path: '/metrics',
  counters: {
    requests: ['lmdeploy:request_success_total'],
    prompt_tokens: ['lmdeploy:prompt_tokens_total'],
    output_tokens: ['lmdeploy:generation_tokens_total'],
    ...timesOf('ttft', 'lmdeploy:time_to_first_token_seconds'),
    ...timesOf('e2e', 'lmdeploy:e2e_request_latency_seconds'),
    ...timesOf('tpot', 'lmdeploy:time_per_output_token_seconds'),
  },
  inside: ['lmdeploy:num_requests_running', 'lmdeploy:num_requests_waiting'],
}
