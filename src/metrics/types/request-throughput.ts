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
  of: ({ ok, span }) =>
    span === null
      ? { unit: 'requests/s', value: null, note: 'no request was ok' }
      : { unit: 'requests/s', value: ok.length / seconds(span) },
} as const satisfies ScalarMetric
