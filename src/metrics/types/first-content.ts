import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'
import { between, perRequest } from '../per-request.ts'

export const firstContent = {
  id: 'first_content',
  kind: 'distribution',
  name: 'Time to first content',
  unit: 's',
  better: 'lower',
  family: 'ttft',
  formula: 'first chunk with answer text (not reasoning, not a tool call) - write start; per ok request that has one',
  needs: ['stream'],
  show: showMilliseconds,
  of(measured) {
    const { writeStart, firstContent } = measured.recording.requests
    return perRequest(measured, (row) => between(writeStart[row], firstContent[row]))
  },
} as const satisfies DistributionMetric
