import { rateInterval } from '../intervals/rate.ts'
import { seconds } from '../measured.ts'
import type { ScalarMetric } from '../metric.ts'
import { outputTokensWithin } from '../steady-work.ts'

export const steadyOutputTokenThroughput = {
  id: 'steady_output_token_throughput',
  kind: 'scalar',
  name: 'Output token throughput, steady part',
  unit: 'tokens/s',
  better: 'higher',
  family: 'throughput',
  formula:
    'output tokens of ok requests, each by the share of its time from write start to answer while all clients were at work / that time; open loop: tokens that arrived in the steady part; null below 3 mean latencies',
  needs: ['outputTokens'],
  show: { unit: 'tokens/s', scale: 1, digits: 1 },
  of(measured) {
    const { steady, tokens } = measured
    if (steady.window === null) return { unit: 'tokens/s', value: null, note: steady.reason }
    const value = outputTokensWithin(measured, steady.window) / seconds(steady.window)
    const interval = rateInterval(measured, value, (row) => tokens.output.counts[row] ?? 0, steady.window)
    return { unit: 'tokens/s', value, note: tokens.output.note, interval }
  },
} as const satisfies ScalarMetric
