import { timesOf, type CounterFamily } from './counter-family.ts'

/** Not its `/metrics`: reading that empties it. */
export const trtllmCounters: CounterFamily = {
  id: 'trtllm',
  path: '/prometheus/metrics',
  counters: {
    requests: ['trtllm_request_success_total'],
    ...timesOf('ttft', 'trtllm_time_to_first_token_seconds'),
    ...timesOf('e2e', 'trtllm_e2e_request_latency_seconds'),
    ...timesOf('tpot', 'trtllm_time_per_output_token_seconds'),
  },
  inside: ['trtllm_num_requests_running', 'trtllm_num_requests_waiting'],
}
