import { answeredAt } from '../../recording/request-times.ts'
import type { DistributionMetric } from '../metric.ts'
import { showSeconds } from '../metric.ts'
import { between, perRequest } from '../per-request.ts'

export const e2eLatency = {
  id: 'e2e_latency',
  kind: 'distribution',
  name: 'Request latency',
  unit: 's',
  better: 'lower',
  family: 'e2e',
  formula: 'last chunk with a token or the finish reason, whichever is later - write start; per ok request',
  needs: [],
  show: { table: 'Latency', ...showSeconds },
  of(measured) {
    const { requests } = measured.recording
    return perRequest(
      measured,
      (row) => between(requests.writeStart[row], answeredAt(requests, row)),
      (row) => measured.tokens.output.counts[row],
    )
  },
} as const satisfies DistributionMetric
