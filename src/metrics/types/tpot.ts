import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'
import { paceOf } from '../pace.ts'
import { perRequest } from '../per-request.ts'

export const tpot = {
  id: 'tpot',
  kind: 'distribution',
  name: 'Time per output token',
  unit: 's',
  better: 'lower',
  family: 'itl',
  formula:
    '(last token - first token) / (output tokens - tokens of the first chunk, 1 where the stream does not tell); per ok request; undefined when that is 0 or both came in one read',
  needs: ['stream', 'outputTokens'],
  show: { table: 'TPOT', ...showMilliseconds },
  of: (measured) =>
    perRequest(measured, (row) => {
      const pace = paceOf(measured, row)
      return pace === null ? null : pace.ns / pace.tokens
    }),
} as const satisfies DistributionMetric
