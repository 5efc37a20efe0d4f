import type { ScalarMetric } from '../metric.ts'
import { sum } from '../statistics.ts'

export const cacheHitShare = {
  id: 'cache_hit_share',
  kind: 'scalar',
  name: 'Prompt tokens from the cache',
  unit: 'share',
  better: null,
  family: 'workload',
  formula:
    "cached tokens / prompt tokens by the server's usage, over the ok requests whose usage tells cached tokens; null where none tells",
  needs: ['promptTokens'],
  show: { unit: '%', scale: 100, digits: 1 },
  of({ recording, ok, tokens }) {
    const { cachedTokens } = recording.requests
    const told = ok.filter((row) => cachedTokens[row] != null)
    const prompt = sum(told.map((row) => tokens.prompt.counts[row] ?? 0))
    if (told.length === 0 || prompt === 0) {
      return { unit: 'share', value: null, note: 'the server does not tell cached tokens' }
    }
    const value = sum(told.map((row) => cachedTokens[row] ?? 0)) / prompt
    return { unit: 'share', value, note: `told for ${told.length} of ${ok.length} requests` }
  },
} as const satisfies ScalarMetric
