import { gapsOf } from '../gaps.ts'
import type { ScalarMetric } from '../metric.ts'
import { stallMedians, stallsOf } from '../stalls.ts'
import { sum } from '../statistics.ts'

export const stallTimeShare = {
  id: 'stall_time_share',
  kind: 'scalar',
  name: 'Time in stalls',
  unit: 'share',
  better: 'lower',
  family: 'itl',
  formula: `time in gaps of itl longer than ${stallMedians} median gaps / time in all gaps`,
  needs: ['stream'],
  show: { unit: '%', scale: 100, digits: 2 },
  of(measured) {
    const stalls = stallsOf(measured)
    if (stalls.gaps === null) return { unit: 'share', value: null, note: stalls.note }
    const stalled = sum(stalls.gaps.map((gap) => gap.seconds))
    return { unit: 'share', value: stalled / sum(gapsOf(measured).map((gap) => gap.seconds)) }
  },
} as const satisfies ScalarMetric
