import { seconds } from '../measured.ts'
import type { ScalarMetric } from '../metric.ts'
import { outputTokensWithin, promptTokensWithin } from '../steady-work.ts'

export const steadyTotalTokenThroughput = {
  id: 'steady_total_token_throughput',
  kind: 'scalar',
  name: 'Total token throughput, steady part',
  unit: 'tokens/s',
  better: 'higher',
  family: 'throughput',
  formula:
    'prompt and output tokens of ok requests, each by the share of its time from write start to answer while all clients were at work / that time; open loop: output tokens that arrived in the steady part, and prompts whose first token did; null below 3 mean latencies',
  needs: ['outputTokens', 'promptTokens'],
  show: { unit: 'tokens/s', scale: 1, digits: 1 },
  of(measured) {
    const { steady, tokens } = measured
    if (steady.window === null) return { unit: 'tokens/s', value: null, note: steady.reason }
    const total = outputTokensWithin(measured, steady.window) + promptTokensWithin(measured, steady.window)
    return { unit: 'tokens/s', value: total / seconds(steady.window), note: tokens.output.note }
  },
} as const satisfies ScalarMetric
