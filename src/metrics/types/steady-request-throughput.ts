import { rateInterval } from '../intervals/rate.ts'
import { seconds } from '../measured.ts'
import type { ScalarMetric } from '../metric.ts'
import { requestsWithin } from '../steady-work.ts'

export const steadyRequestThroughput = {
  id: 'steady_request_throughput',
  kind: 'scalar',
  name: 'Request throughput, steady part',
  unit: 'requests/s',
  better: 'higher',
  family: 'throughput',
  formula:
    'ok requests, each by the share of its time from write start to answer that lies in the window / the window: all clients at work, from when the last has sent its first request to when the first finds none left; open loop: requests answered from the end of the ramp to the last intended send; null below 3 mean latencies',
  needs: [],
  show: { unit: 'requests/s', scale: 1, digits: 3 },
  of(measured) {
    const { steady } = measured
    if (steady.window === null) return { unit: 'requests/s', value: null, note: steady.reason }
    const value = requestsWithin(measured, steady.window) / seconds(steady.window)
    const interval = rateInterval(measured, value, () => 1, steady.window)
    return { unit: 'requests/s', value, interval }
  },
} as const satisfies ScalarMetric
