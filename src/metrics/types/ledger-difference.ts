import { ledgerDifference } from '../ledgers.ts'
import type { ScalarMetric } from '../metric.ts'

export const ledgerDifferenceShare = {
  id: 'ledger_difference',
  kind: 'scalar',
  name: 'Difference of the token ledgers',
  unit: 'share',
  better: 'lower',
  family: 'throughput',
  formula:
    "(largest difference of output tokens between the server's usage and another counter - 1 a request for the end token) / the server's",
  needs: [],
  show: { unit: '%', scale: 100, digits: 2 },
  of(measured) {
    const found = ledgerDifference(measured)
    if (found === null) return { unit: 'share', value: null, note: 'fewer than two counters counted all ok requests' }
    return { unit: 'share', value: found.share, note: found.text }
  },
} as const satisfies ScalarMetric
