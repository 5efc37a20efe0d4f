import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'
import { between, perRequest } from '../per-request.ts'

export const ttftFromIntended = {
  id: 'ttft_from_intended',
  kind: 'distribution',
  name: 'Time to first token from the intended send',
  unit: 's',
  better: 'lower',
  family: 'ttft',
  formula: 'first chunk that carries a token - intended send time, so that late sends count; per ok request',
  needs: ['stream', 'intendedTimes'],
  show: showMilliseconds,
  of(measured) {
    const { intended, firstToken } = measured.recording.requests
    return perRequest(measured, (row) => between(intended[row], firstToken[row]))
  },
} as const satisfies DistributionMetric
