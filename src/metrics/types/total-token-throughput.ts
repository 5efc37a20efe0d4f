import { rateInterval } from '../intervals/rate.ts'
import { seconds } from '../measured.ts'
import type { ScalarMetric } from '../metric.ts'
import { sum } from '../statistics.ts'

export const totalTokenThroughput = {
  id: 'total_token_throughput',
  kind: 'scalar',
  name: 'Total token throughput',
  unit: 'tokens/s',
  better: 'higher',
  family: 'throughput',
  formula: 'prompt and output tokens of ok requests / span',
  needs: ['outputTokens', 'promptTokens'],
  show: { unit: 'tokens/s', scale: 1, digits: 1 },
  of(measured) {
    const {
      ok,
      span,
      tokens: { prompt, output },
    } = measured
    if (span === null) return { unit: 'tokens/s', value: null, note: 'no request was ok' }
    const tokensOf = (row: number) => (prompt.counts[row] ?? 0) + (output.counts[row] ?? 0)
    const value = sum(ok.map(tokensOf)) / seconds(span)
    const interval = rateInterval(measured, value, tokensOf)
    const note = prompt.note === output.note ? output.note : `output ${output.note}; prompt ${prompt.note}`
    return { unit: 'tokens/s', value, note, interval }
  },
} as const satisfies ScalarMetric
