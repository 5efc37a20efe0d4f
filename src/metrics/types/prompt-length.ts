import type { DistributionMetric } from '../metric.ts'
import { distributionOf } from '../per-request.ts'

export const promptLength = {
  id: 'prompt_length',
  kind: 'distribution',
  name: 'Prompt length',
  unit: 'tokens',
  better: null,
  family: 'workload',
  formula: 'prompt tokens of each ok request, as counted',
  needs: ['promptTokens'],
  show: { unit: 'tokens', scale: 1, digits: 1 },
  of: ({ ok, tokens }) =>
    distributionOf(
      'tokens',
      ok.flatMap((row) => tokens.prompt.counts[row] ?? []),
    ),
} as const satisfies DistributionMetric
