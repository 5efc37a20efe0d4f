import { pooled } from '../gaps.ts'
import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'

export const itl = {
  id: 'itl',
  kind: 'distribution',
  name: 'Inter-token latency',
  unit: 's',
  better: 'lower',
  family: 'itl',
  formula:
    'gaps between neighbouring chunks that carry tokens, pooled over ok requests; chunks of one read have gap 0 (coalesced_share tells how many)',
  needs: ['stream'],
  show: { table: 'ITL', ...showMilliseconds },
  of: (measured) => pooled(measured, (gap) => [gap.seconds]),
} as const satisfies DistributionMetric
