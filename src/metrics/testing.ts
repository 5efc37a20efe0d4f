import type { RecordingSpec, RequestSpec } from '../recording/testing.ts'
import { makeRecording } from '../recording/testing.ts'
import { deriveMetrics, type MetricId } from './index.ts'
import { measure, type PointFacts } from './measured.ts'
import type { DistributionBlock, ScalarBlock } from '../result/schema.ts'

export const somePoint: PointFacts = {
  clients: 1,
  stream: true,
  model: 'meta-llama/Llama-2-7b-hf',
  tensorParallel: 1,
  gpus: null,
  parametersBillion: null,
  promptTokens: 10,
  outputTokens: 3,
  listedTokens: false,
  objectives: {},
  counters: null,
}

/** Metrics of requests given as in `makeRecording`. */
export function metricsOf(
  specs: readonly RequestSpec[],
  facts: Partial<PointFacts> = {},
  recording: RecordingSpec = {},
): { distribution: (id: MetricId) => DistributionBlock; scalar: (id: MetricId) => ScalarBlock } {
  const blocks = deriveMetrics(measure(makeRecording(specs, recording), { ...somePoint, ...facts }))
  return {
    distribution: (id) => blocks[id] as DistributionBlock,
    scalar: (id) => blocks[id] as ScalarBlock,
  }
}
