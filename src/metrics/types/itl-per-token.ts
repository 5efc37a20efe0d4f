import { pooled } from '../gaps.ts'
import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'

export const itlPerToken = {
  id: 'itl_per_token',
  kind: 'distribution',
  name: 'Inter-token latency, spread over the tokens of a chunk',
  unit: 's',
  better: 'lower',
  family: 'itl',
  formula:
    'each gap / tokens of the chunk that ends it, counted once for each of them; chunks of unknown tokens left out',
  needs: ['stream'],
  show: showMilliseconds,
  of: (measured) =>
    pooled(measured, ({ seconds, tokens }) =>
      tokens === null ? [] : Array.from({ length: tokens }, () => seconds / tokens),
    ),
} as const satisfies DistributionMetric
