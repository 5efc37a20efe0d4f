import { answeredAt } from '../../recording/request-times.ts'
import { rateInterval } from '../intervals/rate.ts'
import { seconds } from '../measured.ts'
import type { ScalarMetric } from '../metric.ts'

export const steadyRequestThroughput = {
  id: 'steady_request_throughput',
  kind: 'scalar',
  name: 'Request throughput, steady part',
  unit: 'requests/s',
  better: 'higher',
  family: 'throughput',
  formula:
    'ok requests answered while all clients were at work / that time (from when the last client has sent its first request to when the first finds none left); null below 3 mean latencies',
  needs: [],
  show: { unit: 'requests/s', scale: 1, digits: 3 },
  of(measured) {
    const { recording, ok, steady } = measured
    const { window } = steady
    if (window === null) return { unit: 'requests/s', value: null, note: steady.reason }
    const answered = ok.filter((row) => {
      const time = answeredAt(recording.requests, row)
      return time !== null && time > window.start && time <= window.end
    })
    const value = answered.length / seconds(window)
    const interval = rateInterval(measured, value, () => 1)
    return { unit: 'requests/s', value, ...(interval && { interval }) }
  },
} as const satisfies ScalarMetric
