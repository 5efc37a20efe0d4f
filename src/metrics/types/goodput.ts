import { rateInterval } from '../intervals/rate.ts'
import { seconds } from '../measured.ts'
import type { ScalarMetric } from '../metric.ts'
import { judgeObjectives } from '../objectives.ts'
import { goodputNote } from '../goodput-note.ts'

export const goodput = {
  id: 'goodput',
  kind: 'scalar',
  name: 'Goodput',
  unit: 'requests/s',
  better: 'higher',
  family: 'throughput',
  formula:
    'ok requests that met every objective / span of request_throughput; a request that failed or was not sent met none; TPOT and ITL say nothing of an answer of one token',
  needs: ['objectives'],
  show: { table: 'Goodput', unit: 'requests/s', scale: 1, digits: 3 },
  of(measured) {
    const { span } = measured
    if (span === null) return { unit: 'requests/s', value: null, note: 'no request was ok' }
    const { good } = judgeObjectives(measured)
    const value = good.size / seconds(span)
    const interval = rateInterval(measured, value, (row) => (good.has(row) ? 1 : 0))
    return { unit: 'requests/s', value, note: goodputNote(measured), interval }
  },
} as const satisfies ScalarMetric
