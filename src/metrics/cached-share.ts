import type { Measured } from './measured.ts'
import { sum } from './statistics.ts'

/** Prompt tokens that the server took from its cache, as a share, and of what. */
export interface CachedShare {
  readonly value: number
  readonly note: string
}

/** By the usage of the ok requests that tell it, else by the counters. Null: neither tells. */
export function cachedShare(measured: Measured): CachedShare | null {
  const { recording, ok, tokens } = measured
  const { cachedTokens } = recording.requests
  const told = ok.filter((row) => cachedTokens[row] != null)
  const prompt = sum(told.map((row) => tokens.prompt.counts[row] ?? 0))
  if (prompt === 0) return cachedByCounters(measured)
  const value = sum(told.map((row) => cachedTokens[row] ?? 0)) / prompt
  return { value, note: `told for ${told.length} of ${ok.length} requests` }
}

/** By the growth of the server's counters, warm-up included. */
export function cachedByCounters({ facts: { counters } }: Measured): CachedShare | null {
  if (counters?.source == null) return null
  const { cache_hits: hits, cache_queries: queries } = counters.counted
  if (hits === null || queries === null || queries === 0) return null
  return { value: hits / queries, note: `${hits} of ${queries} tokens by the server's counters, warm-up included` }
}
