import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'
import { between, perRequest } from '../per-request.ts'

export const firstReasoning = {
  id: 'first_reasoning',
  kind: 'distribution',
  name: 'Time to first reasoning',
  unit: 's',
  better: 'lower',
  family: 'ttft',
  formula: 'first chunk with reasoning text - write start; per ok request that has one',
  needs: ['stream'],
  show: showMilliseconds,
  of(measured) {
    const { writeStart, firstReasoning } = measured.recording.requests
    return perRequest(measured, (row) => between(writeStart[row], firstReasoning[row]))
  },
} as const satisfies DistributionMetric
