import { gapsOf } from '../gaps.ts'
import type { ScalarMetric } from '../metric.ts'

export const coalescedShare = {
  id: 'coalesced_share',
  kind: 'scalar',
  name: 'Coalesced chunks',
  unit: 'share',
  better: 'lower',
  family: 'itl',
  formula: 'gaps whose two chunks came in one read of the socket / all gaps of itl',
  needs: ['stream'],
  show: { unit: '%', scale: 100, digits: 2 },
  of(measured) {
    const gaps = gapsOf(measured)
    const coalesced = gaps.filter((gap) => gap.coalesced).length
    if (gaps.length === 0) return { unit: 'share', value: null, note: 'no answer has two chunks with tokens' }
    return { unit: 'share', value: coalesced / gaps.length, note: `${coalesced} of ${gaps.length} gaps` }
  },
} as const satisfies ScalarMetric
