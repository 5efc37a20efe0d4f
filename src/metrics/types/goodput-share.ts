import { shareInterval } from '../intervals/share.ts'
import type { ScalarMetric } from '../metric.ts'
import { judgeObjectives } from '../objectives.ts'
import { goodputNote } from '../goodput-note.ts'

export const goodputShare = {
  id: 'goodput_share',
  kind: 'scalar',
  name: 'Share of requests that met the objectives',
  unit: 'share',
  better: 'higher',
  family: 'throughput',
  formula: 'ok requests that met every objective / all requests of the measured part, failed and not sent ones too',
  needs: ['objectives'],
  show: { unit: '%', scale: 100, digits: 1 },
  of(measured) {
    const { rows } = measured
    if (rows.length === 0) return { unit: 'share', value: null, note: 'no request was measured' }
    const { good } = judgeObjectives(measured)
    const interval = shareInterval(rows.map((row) => good.has(row)))
    return { unit: 'share', value: good.size / rows.length, note: goodputNote(measured), interval }
  },
} as const satisfies ScalarMetric
