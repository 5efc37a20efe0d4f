/** What each client is asked to do. Structured-cloneable: it crosses process borders. */
export interface Job {
  /** Origin of the server. */
  readonly url: string
  /** Requests in flight; in an open loop, connections that the warm-up opens. */
  readonly streams: number
  /** Rounds of one request a stream with a barrier after each, not recorded. */
  readonly warmup: { readonly rounds: number; readonly tokens: number }
  /** Tokens of each measured request; its place is its id. */
  readonly tokens: readonly number[]
  readonly promptBytes: number
  readonly pace: Pace
}

/**
 * `closed`: each stream sends its next request when the one before has ended, until none is left or so many seconds are
 * over. `open`: requests at given seconds from the start, ascending.
 */
export type Pace =
  | { readonly kind: 'closed'; readonly seconds: number | null }
  | { readonly kind: 'open'; readonly seconds: readonly number[] }

export const path = '/v1/completions'

/** Warm-up requests have ids from here on. */
export const firstWarmupId = 2 ** 30

export function requestHeaders(id: number): Record<string, string> {
  return { 'content-type': 'application/json', 'x-request-id': String(id) }
}

export function requestBody(promptBytes: number, tokens: number): Record<string, unknown> {
  return {
    model: 'stub',
    prompt: 'x'.repeat(promptBytes),
    max_tokens: tokens,
    temperature: 1,
    top_p: 0.9,
    stream: true,
  }
}
