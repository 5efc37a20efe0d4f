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
  of({ ok, span, tokens: { output } }) {
    if (span === null) return { unit: 'tokens/s', value: null, note: 'no request was ok' }
    return {
      unit: 'tokens/s',
      value: sum(ok.map((row) => output.counts[row] ?? 0)) / seconds(span),
      note: output.note,
    }
  },
} as const satisfies ScalarMetric
