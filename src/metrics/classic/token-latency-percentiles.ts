import { quantile } from '../statistics.ts'
import type { ClassicRequest } from './classic-request.ts'

export interface TokenLatencyPercentiles {
  readonly p50: number
  readonly p90: number
  readonly p95: number
  /** Gaps that they were taken from. */
  readonly pooled: number
}

/** What the original leaves out; its first generation left out 100 requests and 2 tokens. */
export interface Skipped {
  /** Requests at either end, in order of starting. */
  readonly requests: number
  /** Entries of `token_gen_time` at the head of each answer; the last one is always left out. */
  readonly headTokens: number
}
export const classicSkipped: Skipped = { requests: 1, headTokens: 1 }

/** Percentiles of the gaps of all answers, in seconds; null with the reason where nothing is left to take them from. */
export function tokenLatencyPercentiles(
  requests: readonly ClassicRequest[],
  skipped: Skipped = classicSkipped,
): { readonly value: TokenLatencyPercentiles } | { readonly value: null; readonly note: string } {
  const inOrder = requests.toSorted((a, b) => a.start - b.start)
  const kept = inOrder.slice(skipped.requests, Math.max(skipped.requests, inOrder.length - skipped.requests))
  const gaps = Float64Array.from(kept.flatMap(({ tokenGenTime }) => tokenGenTime.slice(skipped.headTokens, -1))).sort()
  const [p50, p90, p95] = [quantile(gaps, 0.5), quantile(gaps, 0.9), quantile(gaps, 0.95)]
  if (p50 === null || p90 === null || p95 === null) {
    const note =
      kept.length === 0
        ? `${requests.length} requests, of which the first and the last ${skipped.requests} are left out`
        : `no answer has more than ${skipped.headTokens + 1} token times`
    return { value: null, note }
  }
  return { value: { p50, p90, p95, pooled: gaps.length } }
}
