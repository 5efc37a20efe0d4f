import { seconds } from '../measured.ts'
import type { ScalarMetric } from '../metric.ts'
import { sum } from '../statistics.ts'

export const tflopsPerGpu = {
  id: 'tflops_per_gpu',
  kind: 'scalar',
  name: 'TFLOPs per GPU',
  unit: 'TFLOP/s',
  better: 'higher',
  family: 'throughput',
  formula:
    '2 x parameters x (prompt and output tokens of ok requests / span) / GPUs (tensor-parallel degree x replicas)',
  needs: ['outputTokens', 'promptTokens', 'parameters'],
  show: { unit: 'TFLOP/s', scale: 1, digits: 2 },
  of({ facts, ok, span, tokens }) {
    if (span === null || facts.parametersBillion === null) {
      return { unit: 'TFLOP/s', value: null, note: 'no request was ok' }
    }
    const total = sum(ok.map((row) => (tokens.prompt.counts[row] ?? 0) + (tokens.output.counts[row] ?? 0)))
    const value = (2e-3 * facts.parametersBillion * total) / seconds(span) / (facts.gpus ?? facts.tensorParallel)
    return { unit: 'TFLOP/s', value, note: tokens.output.note }
  },
} as const satisfies ScalarMetric
