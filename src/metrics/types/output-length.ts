import type { DistributionMetric } from '../metric.ts'
import { distributionOf } from '../per-request.ts'

export const outputLength = {
  id: 'output_length',
  kind: 'distribution',
  name: 'Output length',
  unit: 'tokens',
  better: null,
  family: 'workload',
  formula: 'output tokens of each ok request, as counted',
  needs: ['outputTokens'],
  show: { unit: 'tokens', scale: 1, digits: 1 },
  of: ({ ok, tokens }) =>
    distributionOf(
      'tokens',
      ok.flatMap((row) => tokens.output.counts[row] ?? []),
    ),
} as const satisfies DistributionMetric
