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
    return { unit: 'share', value: judgeObjectives(measured).good.size / rows.length, note: goodputNote(measured) }
  },
} as const satisfies ScalarMetric
