import { pooled } from '../gaps.ts'
import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'

export const itlWithZeros = {
  id: 'itl_with_zeros',
  kind: 'distribution',
  name: 'Inter-token latency, zeros within a chunk',
  unit: 's',
  better: 'lower',
  family: 'itl',
  formula:
    'each gap for the first token of the chunk that ends it, 0 for its further tokens; chunks of unknown tokens left out',
  needs: ['stream'],
  show: showMilliseconds,
  of: (measured) =>
    pooled(measured, ({ seconds, tokens }) =>
      tokens === null ? [] : Array.from({ length: tokens }, (_, token) => (token === 0 ? seconds : 0)),
    ),
} as const satisfies DistributionMetric
