import type { AnyResult } from '../result/read-result.ts'
import type { MetricBlock, ResultFile } from '../result/schema.ts'
import type { PlottedPoint } from './plot.ts'

export function plottedPoint(result: ResultFile): PlottedPoint {
  const { point, server, metrics, verdict } = result.servemark
  return {
    group: {
      model: point.model,
      tensorParallel: point.tensor_parallel,
      maxRaggedBatchSize: point.max_ragged_batch_size,
      replicas: point.replicas,
      promptTokens: point.prompt_tokens,
      outputTokens: point.output_tokens,
    },
    curve: point.result_label,
    backend: server.backend,
    stream: point.stream,
    clients: point.clients,
    requestsPerSecond: valueOf(metrics['request_throughput']),
    meanLatencySeconds: valueOf(metrics['e2e_latency']),
    status: verdict.status,
    caveat: server.caveat,
  }
}

/**
 * The original's files too: measured rate and latency from their wall-clock times, without a verdict: suspect. The
 * first generation compares servers whatever their batch size, because only some of its names tell it.
 */
export function plottedPointOfAny(result: AnyResult, curve: string): PlottedPoint {
  if (result.kind === 'servemark') return plottedPoint(result.file)
  const { args, response_details: details } = result.file
  const { clients, ...group } = result.point
  const span =
    Math.max(...details.map((detail) => detail.end_time)) - Math.min(...details.map((detail) => detail.start_time))
  const total = details.reduce((sum, detail) => sum + detail.end_time - detail.start_time, 0)
  return {
    group: result.generation === 1 ? { ...group, maxRaggedBatchSize: null } : group,
    curve: curve.replace(/^logs\./, ''),
    backend: typeof args['backend'] === 'string' ? args['backend'] : args['vllm'] === true ? 'vllm' : 'fastgen',
    stream: args['stream'] === true,
    clients,
    requestsPerSecond: span > 0 ? details.length / span : null,
    meanLatencySeconds: details.length > 0 ? total / details.length : null,
    status: 'suspect',
    caveat: 'Files of the original suite carry no verdict; their times are of the wall clock.',
  }
}

/** A scalar's value, a distribution's mean. */
function valueOf(metric: MetricBlock | undefined): number | null {
  if (metric === undefined) return null
  return 'value' in metric ? metric.value : metric.mean
}
