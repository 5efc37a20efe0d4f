import type { DistributionMetric } from '../metric.ts'
import { paceOf } from '../pace.ts'
import { perRequestRate } from '../per-request.ts'

export const interactivity = {
  id: 'interactivity',
  kind: 'distribution',
  name: 'Interactivity',
  unit: 'tokens/s',
  better: 'higher',
  family: 'itl',
  formula:
    'tokens/s that a user sees: 1 / tpot, taken for each ok request and then summarized (slow requests are the low percentiles); failed requests are 0 in the censored percentiles',
  needs: ['stream', 'outputTokens'],
  show: { unit: 'tokens/s', scale: 1, digits: 1 },
  of: (measured) =>
    perRequestRate(measured, 'tokens/s', (row) => {
      const pace = paceOf(measured, row)
      return pace === null || pace.ns <= 0 ? null : pace.tokens / (pace.ns / 1e9)
    }),
} as const satisfies DistributionMetric
