import { basename } from 'node:path'
import { UserError } from '../errors.ts'
import { deriveMetrics, metrics } from '../metrics/index.ts'
import { measure, type PointFacts } from '../metrics/measured.ts'
import type { Objectives } from '../metrics/objectives.ts'
import { readRecording } from '../result/read-recording.ts'
import { listsTokens } from '../result/response-details.ts'
import type { ResultFile } from '../result/schema.ts'

/** A stored point's metrics lack some that are declared now, as those of an earlier version do, and can be derived. */
export function lacksMetrics({ servemark }: ResultFile): boolean {
  return servemark.chunks !== null && metrics.some((metric) => servemark.metrics[metric.id] === undefined)
}

/**
 * The result at `path` with its metrics derived from its recording again, by other objectives where some are given. Verdict and
 * thresholds stay those of the run. Rejects with a UserError when a file beside it is missing or is not the one sealed.
 */
export async function deriveAgain(path: string, objectives?: Objectives): Promise<ResultFile> {
  const { file, recording } = await readRecording(path)
  if (file.servemark.chunks === null) throw new UserError(`${basename(path)} has no recording beside it`)
  const metrics = deriveMetrics(measure(recording, factsOf(file, objectives)))
  const point = objectives === undefined ? file.servemark.point : { ...file.servemark.point, objectives }
  return { ...file, servemark: { ...file.servemark, point, metrics } }
}

function factsOf({ servemark: { point, server } }: ResultFile, objectives?: Objectives): PointFacts {
  return {
    clients: point.clients,
    stream: point.stream,
    model: point.model,
    tensorParallel: point.tensor_parallel,
    gpus: point.gpus ?? null,
    parametersBillion: point.parameters_billion ?? null,
    promptTokens: point.prompt_tokens,
    outputTokens: point.output_tokens,
    listedTokens: listsTokens(server.backend, point.stream),
    objectives: objectives ?? point.objectives ?? {},
    counters: server.counters ?? null,
  }
}
