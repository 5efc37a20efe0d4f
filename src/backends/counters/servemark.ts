import { timesOf, type CounterFamily } from './counter-family.ts'

/** The embedded server. */
export const servemarkCounters: CounterFamily = {
  id: 'servemark',
  path: '/metrics',
  counters: {
    requests: ['servemark_requests_finished_total'],
    prompt_tokens: ['servemark_prompt_tokens_total'],
    output_tokens: ['servemark_generation_tokens_total'],
    ...timesOf('ttft', 'servemark_time_to_first_token_seconds'),
    ...timesOf('e2e', 'servemark_e2e_request_latency_seconds'),
  },
  inside: ['servemark_requests_running', 'servemark_requests_waiting'],
}
