/** What servers count since their start, as results name it. Times are sums in seconds, with how many they are of. */
export const counterNames = [
  'requests',
  'prompt_tokens',
  'output_tokens',
  'cache_queries',
  'cache_hits',
  'preemptions',
  'ttft_sum_s',
  'ttft_count',
  'e2e_sum_s',
  'e2e_count',
  'itl_sum_s',
  'itl_count',
  'tpot_sum_s',
  'tpot_count',
] as const
export type CounterName = (typeof counterNames)[number]

/** The Prometheus series of one kind of server. */
export interface CounterFamily {
  readonly id: string
  /** Under the server's root. */
  readonly path: string
  /** Series that add up to the counter, over all their labels; the first must be there. Names as the server has them. */
  readonly counters: Readonly<Partial<Record<CounterName, readonly [string, ...string[]]>>>
  /** Gauge of the requests in the server now, waiting ones too; they add up. */
  readonly inside: readonly string[]
  /** What makes it tell its counters; for the line that says that it does not. */
  readonly hint?: string
}

/** Sum and count of a histogram or summary, under the names that results give them. */
export function timesOf<What extends 'ttft' | 'e2e' | 'itl' | 'tpot'>(
  what: What,
  series: string,
): Record<`${What}_sum_s` | `${What}_count`, readonly [string]> {
  return { [`${what}_sum_s`]: [`${series}_sum`], [`${what}_count`]: [`${series}_count`] } as unknown as Record<
    `${What}_sum_s` | `${What}_count`,
    readonly [string]
  >
}
