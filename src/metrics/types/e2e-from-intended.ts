import { answeredAt } from '../../recording/request-times.ts'
import type { DistributionMetric } from '../metric.ts'
import { showSeconds } from '../metric.ts'
import { between, perRequest } from '../per-request.ts'

export const e2eFromIntended = {
  id: 'e2e_from_intended',
  kind: 'distribution',
  name: 'Request latency from the intended send',
  unit: 's',
  better: 'lower',
  family: 'e2e',
  formula:
    'last chunk with a token or the finish reason, whichever is later - intended send time, so that late sends and a cap count; per ok request',
  needs: ['intendedTimes'],
  show: showSeconds,
  of(measured) {
    const { requests } = measured.recording
    return perRequest(
      measured,
      (row) => between(requests.intended[row], answeredAt(requests, row)),
      (row) => measured.tokens.output.counts[row],
    )
  },
} as const satisfies DistributionMetric
