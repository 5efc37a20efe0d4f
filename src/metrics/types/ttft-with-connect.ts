import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'
import { between, perRequest } from '../per-request.ts'

export const ttftWithConnect = {
  id: 'ttft_with_connect',
  kind: 'distribution',
  name: 'Time to first token with connecting',
  unit: 's',
  better: 'lower',
  family: 'ttft',
  formula: 'ttft + connect and TLS times of the request (0 on a reused connection); per ok request',
  needs: ['stream'],
  show: showMilliseconds,
  of(measured) {
    const { writeStart, firstToken, connect, tls } = measured.recording.requests
    return perRequest(measured, (row) => {
      const ttft = between(writeStart[row], firstToken[row])
      return ttft === null ? null : ttft + (connect[row] ?? 0) + (tls[row] ?? 0)
    })
  },
} as const satisfies DistributionMetric
