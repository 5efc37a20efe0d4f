import { showMilliseconds, type ScalarMetric } from '../metric.ts'
import { paceOf } from '../pace.ts'
import { sum } from '../statistics.ts'

export const tpotTokenWeighted = {
  id: 'tpot_token_weighted',
  kind: 'scalar',
  name: 'Time per output token, weighted by tokens',
  unit: 's',
  better: 'lower',
  family: 'itl',
  formula:
    'sum over ok requests of (last token - first token) / sum of their tokens after the first chunk: a long answer weighs more; the mean of tpot weighs all requests alike',
  needs: ['stream', 'outputTokens'],
  show: showMilliseconds,
  of(measured) {
    const paces = measured.ok.flatMap((row) => paceOf(measured, row) ?? [])
    if (paces.length === 0) return { unit: 's', value: null, note: 'no answer has tokens after its first chunk' }
    return { unit: 's', value: sum(paces.map(({ ns }) => ns)) / 1e9 / sum(paces.map(({ tokens }) => tokens)) }
  },
} as const satisfies ScalarMetric
