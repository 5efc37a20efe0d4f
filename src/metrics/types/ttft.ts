import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'
import { between, perRequest } from '../per-request.ts'

export const ttft = {
  id: 'ttft',
  kind: 'distribution',
  name: 'Time to first token',
  unit: 's',
  better: 'lower',
  family: 'ttft',
  formula: 'first chunk that carries a token of any kind - write start on an open connection; per ok request',
  needs: ['stream'],
  show: { table: 'TTFT', ...showMilliseconds },
  of(measured) {
    const { writeStart, firstToken } = measured.recording.requests
    return perRequest(measured, (row) => between(writeStart[row], firstToken[row]))
  },
} as const satisfies DistributionMetric
