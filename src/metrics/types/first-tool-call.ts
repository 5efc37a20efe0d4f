import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'
import { between, perRequest } from '../per-request.ts'

export const firstToolCall = {
  id: 'first_tool_call',
  kind: 'distribution',
  name: 'Time to first tool call',
  unit: 's',
  better: 'lower',
  family: 'ttft',
  formula: 'first chunk with a tool call - write start; per ok request that has one',
  needs: ['stream'],
  show: showMilliseconds,
  of(measured) {
    const { writeStart, firstToolCall } = measured.recording.requests
    return perRequest(measured, (row) => between(writeStart[row], firstToolCall[row]))
  },
} as const satisfies DistributionMetric
