import { apart, countedTokens } from '../counted-work.ts'
import type { ScalarMetric } from '../metric.ts'

export const counterDifference = {
  id: 'counter_difference',
  kind: 'scalar',
  name: "Difference of the server's counters",
  unit: 'share',
  better: 'lower',
  family: 'throughput',
  formula:
    "how far the growth of the server's counter of output tokens lies from what all answers account for, warm-up included, as a share of the latter; a failed request accounts for anything from none to all it asked for",
  needs: [],
  show: { unit: '%', scale: 100, digits: 2 },
  of(measured) {
    const { counters } = measured.facts
    const found = countedTokens(measured, 'output')
    if (found === null) {
      const why =
        counters?.source === null ? counters.why : 'the server counts no output tokens, or those of others too'
      return { unit: 'share', value: null, note: why }
    }
    const { counted, least, most } = found
    const note = `${counted} output tokens by the server's counters, ${least === most ? least : `${least} to ${most}`} by the answers`
    return { unit: 'share', value: apart(found), note }
  },
} as const satisfies ScalarMetric
