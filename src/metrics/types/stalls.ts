import type { ScalarMetric } from '../metric.ts'
import { stallMedians, stallsOf } from '../stalls.ts'

export const stalls = {
  id: 'stalls',
  kind: 'scalar',
  name: 'Stalls',
  unit: 'gaps',
  better: 'lower',
  family: 'itl',
  formula: `gaps of itl longer than ${stallMedians} median gaps`,
  needs: ['stream'],
  show: { unit: '', scale: 1, digits: 0 },
  of(measured) {
    const stalls = stallsOf(measured)
    if (stalls.gaps === null) return { unit: 'gaps', value: null, note: stalls.note }
    return { unit: 'gaps', value: stalls.gaps.length, note: `longer than ${(stalls.limit * 1000).toPrecision(3)} ms` }
  },
} as const satisfies ScalarMetric
