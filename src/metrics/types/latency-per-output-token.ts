import { answeredAt } from '../../recording/request-times.ts'
import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'
import { between, perRequest } from '../per-request.ts'

export const latencyPerOutputToken = {
  id: 'latency_per_output_token',
  kind: 'distribution',
  name: 'Latency per output token',
  unit: 's',
  better: 'lower',
  family: 'e2e',
  formula:
    'e2e_latency / output tokens, the time to the first token in it; per ok request: what guidellm calls time per output token',
  needs: ['outputTokens'],
  show: showMilliseconds,
  of(measured) {
    const { requests } = measured.recording
    return perRequest(measured, (row) => {
      const latency = between(requests.writeStart[row], answeredAt(requests, row))
      const tokens = measured.tokens.output.counts[row] ?? 0
      return latency === null || tokens === 0 ? null : latency / tokens
    })
  },
} as const satisfies DistributionMetric
