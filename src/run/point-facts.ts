import type { PointFacts } from '../metrics/measured.ts'
import { loadKind } from '../plan/load-shapes/index.ts'
import { gpusOf } from '../result/gpus.ts'
import { listsTokens } from '../result/response-details.ts'
import type { CountersBlock } from '../result/schema.ts'
import type { PointMeasurement } from './point-measurement.ts'

/** What metrics must know of a point beyond its recording. */
export function factsOf(
  { configuration, point, ready }: PointMeasurement,
  environment: Readonly<Record<string, unknown>>,
  counters: CountersBlock | null,
): PointFacts {
  return {
    clients: loadKind(point.load).clients(point.load),
    stream: point.stream,
    model: ready.probe.model,
    tensorParallel: configuration.parameters.tensorParallel,
    gpus: gpusOf(configuration, environment),
    parametersBillion: point.parametersBillion,
    promptTokens: point.promptTokens,
    outputTokens: point.outputTokens,
    listedTokens: listsTokens(configuration.backend, point.stream),
    objectives: point.objectives,
    counters,
  }
}
