import { cachedShare } from '../cached-share.ts'
import type { ScalarMetric } from '../metric.ts'

export const cacheHitShare = {
  id: 'cache_hit_share',
  kind: 'scalar',
  name: 'Prompt tokens from the cache',
  unit: 'share',
  better: null,
  family: 'workload',
  formula:
    "cached tokens / prompt tokens by the server's usage, over the ok requests whose usage tells cached tokens; else by the growth of its counters, warm-up included; null where neither tells",
  needs: [],
  show: { unit: '%', scale: 100, digits: 1 },
  of(measured) {
    const found = cachedShare(measured)
    return { unit: 'share', ...(found ?? { value: null, note: 'the server does not tell cached tokens' }) }
  },
} as const satisfies ScalarMetric
