import { rateInterval } from '../intervals/rate.ts'
import { seconds } from '../measured.ts'
import type { ScalarMetric } from '../metric.ts'
import { sum } from '../statistics.ts'

export const outputTokenThroughput = {
  id: 'output_token_throughput',
  kind: 'scalar',
  name: 'Output token throughput',
  unit: 'tokens/s',
  better: 'higher',
  family: 'throughput',
  formula: 'output tokens of ok requests / span',
  needs: ['outputTokens'],
  show: { table: 'Output tokens/s', unit: 'tokens/s', scale: 1, digits: 1 },
  of(measured) {
    const {
      ok,
      span,
      tokens: { output },
    } = measured
    if (span === null) return { unit: 'tokens/s', value: null, note: 'no request was ok' }
    const value = sum(ok.map((row) => output.counts[row] ?? 0)) / seconds(span)
    const interval = rateInterval(measured, value, (row) => output.counts[row] ?? 0)
    return { unit: 'tokens/s', value, note: output.note, interval }
  },
} as const satisfies ScalarMetric
