import { rateInterval } from '../intervals/rate.ts'
import { seconds } from '../measured.ts'
import type { ScalarMetric } from '../metric.ts'
import { sum } from '../statistics.ts'

export const outputTokenThroughputPerGpu = {
  id: 'output_token_throughput_per_gpu',
  kind: 'scalar',
  name: 'Output token throughput per GPU',
  unit: 'tokens/s',
  better: 'higher',
  family: 'throughput',
  formula: 'output_token_throughput / GPUs, the GPUs being tensor-parallel degree x replicas',
  needs: ['outputTokens', 'gpus'],
  show: { unit: 'tokens/s', scale: 1, digits: 1 },
  of(measured) {
    const { ok, span, facts, tokens } = measured
    const gpus = facts.gpus ?? 1
    if (span === null) return { unit: 'tokens/s', value: null, note: 'no request was ok' }
    const value = sum(ok.map((row) => tokens.output.counts[row] ?? 0)) / seconds(span) / gpus
    const interval = rateInterval(measured, value, (row) => tokens.output.counts[row] ?? 0)
    const note = `${gpus} GPU${gpus === 1 ? '' : 's'}; ${tokens.output.note}`
    return { unit: 'tokens/s', value, note, interval }
  },
} as const satisfies ScalarMetric
