import { rateInterval } from '../intervals/rate.ts'
import { seconds } from '../measured.ts'
import type { ScalarMetric } from '../metric.ts'

export const requestThroughput = {
  id: 'request_throughput',
  kind: 'scalar',
  name: 'Request throughput',
  unit: 'requests/s',
  better: 'higher',
  family: 'throughput',
  formula: 'ok requests / span, the span from the first send to the last token or end mark of an ok request',
  needs: [],
  show: { table: 'Requests/s', unit: 'requests/s', scale: 1, digits: 3 },
  of(measured) {
    const { ok, span } = measured
    if (span === null) return { unit: 'requests/s', value: null, note: 'no request was ok' }
    const value = ok.length / seconds(span)
    const interval = rateInterval(measured, value, () => 1)
    return { unit: 'requests/s', value, interval }
  },
} as const satisfies ScalarMetric
