import { classicPoint } from '../metrics/classic/classic-point.ts'
import { originalPoint } from '../result/original-point.ts'
import type { AnyResult } from '../result/read-result.ts'
import type { MetricBlock, ResultFile } from '../result/schema.ts'
import type { Interval } from './curve-chart.ts'
import type { PlottedLoad, PlottedPoint } from './plot.ts'
import { requestsOfAnswers, requestsOfColumns } from './plotted-requests.ts'

/** Counts the tokens of a text; null: the counts of the file stand. */
export type TokenCount = ((text: string) => number) | null

export const plottedPoint = (result: ResultFile): PlottedPoint => ofServemark(result, null)

function ofServemark(result: ResultFile, count: TokenCount): PlottedPoint {
  const { point, server, metrics, verdict } = result.servemark
  const any = { kind: 'servemark', path: '', file: result, point: originalPoint('', result.args) } as const
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
    load: point.load_words ?? closedLoad(point.clients),
    run: point.run ?? 1,
    runs: 1,
    requestsPerSecond: valueOf(metrics['request_throughput']),
    meanLatencySeconds: valueOf(metrics['e2e_latency']),
    intervals: {
      requestsPerSecond: intervalOf(metrics['request_throughput']),
      meanLatencySeconds: intervalOf(metrics['e2e_latency']),
    },
    status: verdict.status,
    caveat: server.caveat,
    generation: null,
    classic: classicPoint(any, count),
    metrics,
    requests: () => requestsOfColumns(result),
  }
}

/**
 * The original's files too: measured rate and latency from their wall-clock times, without a verdict: suspect. The
 * first generation compares servers whatever their batch size, because only some of its names tell it.
 */
export function plottedPointOfAny(result: AnyResult, curve: string, count: TokenCount = null): PlottedPoint {
  if (result.kind === 'servemark') return { ...ofServemark(result.file, count), curve }
  const { args, response_details: details } = result.file
  const { clients, ...group } = result.point
  let [start, end, total] = [Infinity, -Infinity, 0]
  for (const { start_time, end_time } of details) {
    start = Math.min(start, start_time)
    end = Math.max(end, end_time)
    total += end_time - start_time
  }
  const backend = typeof args['backend'] === 'string' ? args['backend'] : args['vllm'] === true ? 'vllm' : 'fastgen'
  const classic = classicPoint(result, count)
  const whateverBatch = result.generation === 1
  return {
    group: whateverBatch ? { ...group, maxRaggedBatchSize: null } : group,
    curve: result.generation === 1 ? firstGenerationCurve(curve, backend) : curve,
    backend,
    stream: args['stream'] === true,
    clients,
    load: closedLoad(clients),
    run: 1,
    runs: 1,
    requestsPerSecond: end > start ? details.length / (end - start) : null,
    meanLatencySeconds: details.length > 0 ? total / details.length : null,
    intervals: { requestsPerSecond: null, meanLatencySeconds: null },
    status: 'suspect',
    caveat: 'Files of the original suite carry no verdict; their times are of the wall clock.',
    generation: result.generation,
    classic: classic && whateverBatch ? { ...classic, group: { ...classic.group, maxRaggedBatchSize: 0 } } : classic,
    metrics: {},
    requests: () => requestsOfAnswers(details),
  }
}

/** Its directories say model, sizes and backend; what else they say tells curves apart: `logs.vllm-llama2-7b-tp1` is `vllm`. */
function firstGenerationCurve(directory: string, backend: string): string {
  const match = /^(?:logs\.)?(?:vllm-)?.*?-tp\d+(?:-b\d+)?(?:_repl\d+)?(.*)$/.exec(directory)
  return match ? `${backend}${match[1] ?? ''}` : directory.replace(/^logs\./, '')
}

const closedLoad = (clients: number | null): PlottedLoad => ({
  name: `clients=${clients ?? '?'}`,
  short: String(clients ?? '?'),
  long: `${clients ?? '?'} ${clients === 1 ? 'client' : 'clients'}`,
  order: clients ?? 0,
})

/** A scalar's value, a distribution's mean. */
export function valueOf(metric: MetricBlock | undefined): number | null {
  if (metric === undefined) return null
  return 'value' in metric ? metric.value : metric.mean
}

/** The 95 % interval of a scalar's value or a distribution's mean; null where there is none, or it is open. */
export function intervalOf(metric: MetricBlock | undefined): Interval | null {
  const interval = metric === undefined ? undefined : 'value' in metric ? metric.interval : metric.intervals?.mean
  return interval == null || interval.low === null || interval.high === null ? null : [interval.low, interval.high]
}
