import type { DistributionMetric } from '../metric.ts'
import { showSeconds } from '../metric.ts'
import { between, perRequest } from '../per-request.ts'

export const timeToClose = {
  id: 'time_to_close',
  kind: 'distribution',
  name: 'Time to the end of the reply',
  unit: 's',
  better: 'lower',
  family: 'e2e',
  formula:
    'the end of the reply, usage and end mark in it - write start; per ok request: what other tools may call latency',
  needs: [],
  show: showSeconds,
  of(measured) {
    const { writeStart, closed } = measured.recording.requests
    return perRequest(
      measured,
      (row) => between(writeStart[row], closed[row]),
      (row) => measured.tokens.output.counts[row],
    )
  },
} as const satisfies DistributionMetric
