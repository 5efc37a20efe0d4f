import type { CounterFamily } from './counter-family.ts'

/** It counts no requests. Prompt tokens from the cache have a counter of their own; older builds have none. */
export const llamaServerCounters: CounterFamily = {
  id: 'llama-server',
  path: '/metrics',
  counters: {
    prompt_tokens: ['llamacpp:prompt_tokens_total', 'llamacpp:prompt_tokens_cached_total'],
    output_tokens: ['llamacpp:tokens_predicted_total'],
    cache_queries: ['llamacpp:prompt_tokens_total', 'llamacpp:prompt_tokens_cached_total'],
    cache_hits: ['llamacpp:prompt_tokens_cached_total'],
  },
  inside: ['llamacpp:requests_processing', 'llamacpp:requests_deferred'],
  hint: 'start llama-server with --metrics',
}
