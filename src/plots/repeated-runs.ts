import { acrossRuns } from '../metrics/comparison/across-runs.ts'
import { mean } from '../metrics/statistics.ts'
import type { MetricBlock, ScalarBlock, VerdictStatus } from '../result/schema.ts'
import type { Interval } from './curve-chart.ts'
import type { PlottedPoint } from './plot.ts'

/**
 * Each point once: where it was run several times, the means over its runs with 95 % intervals by Student's t over them, and
 * the worst of their verdicts. Other points are left as they are. Requests and the original's formulas stay those of the first run.
 */
export function overRuns(points: readonly PlottedPoint[]): PlottedPoint[] {
  return [...Map.groupBy(points, keyOf).values()].flatMap((runs) => (areRuns(runs) ? [merged(runs)] : runs))
}

/** What a figure says of points that were run several times; none: there are no such points. */
export function runsLine(points: readonly PlottedPoint[], drawn: 'means' | 'each'): string[] {
  if (drawn === 'means') {
    const several = points.filter((point) => point.runs > 1)
    return several.length === 0
      ? []
      : [
          `${several.length} of ${points.length} points are means over several runs, their intervals of the spread between runs.`,
        ]
  }
  return [...Map.groupBy(points, keyOf).values()].some(areRuns)
    ? ['Points that were run several times are drawn once for each run.']
    : []
}

const keyOf = ({ group, curve, backend, stream, load }: PlottedPoint) =>
  JSON.stringify([group, curve, backend, stream, load.name])

/** Two files of one load that are no runs of a point have one number. */
const areRuns = (points: readonly PlottedPoint[]) =>
  points.length > 1 && new Set(points.map(({ run }) => run)).size === points.length

function merged(runs: readonly PlottedPoint[]): PlottedPoint {
  const [first] = runs
  if (first === undefined) throw new Error('a point without runs')
  const rate = over(runs.map((run) => run.requestsPerSecond))
  const latency = over(runs.map((run) => run.meanLatencySeconds))
  return {
    ...first,
    runs: runs.length,
    requestsPerSecond: rate.value,
    meanLatencySeconds: latency.value,
    intervals: { requestsPerSecond: rate.interval, meanLatencySeconds: latency.interval },
    status: worst(runs.map((run) => run.status)),
    metrics: Object.fromEntries(
      Object.entries(first.metrics).map(([id, block]) => [
        id,
        mergedBlock(
          block,
          runs.map((run) => run.metrics[id]),
        ),
      ]),
    ),
  }
}

/** Null where a run has none. */
function over(values: readonly (number | null)[]): {
  readonly value: number | null
  readonly interval: Interval | null
} {
  const known = values.flatMap((value) => value ?? [])
  if (known.length < values.length) return { value: null, interval: null }
  const found = acrossRuns(known)
  const { low, high } = found?.interval ?? { low: null, high: null }
  return { value: mean(known), interval: low === null || high === null ? null : [low, high] }
}

function mergedBlock(first: MetricBlock, blocks: readonly (MetricBlock | undefined)[]): MetricBlock {
  if (!('value' in first)) {
    const median = over(blocks.map((block) => (block && 'p50' in block ? block.p50 : null)))
    const centre = over(blocks.map((block) => (block && 'mean' in block ? block.mean : null)))
    return { ...summaryOf(first), p50: median.value, mean: centre.value }
  }
  const { value, interval } = over(blocks.map((block) => (block && 'value' in block ? block.value : null)))
  const { interval: _own, ...rest } = first
  const block: ScalarBlock = { ...rest, value }
  return interval === null ? block : { ...block, interval: { low: interval[0], high: interval[1] } }
}

/** What figures do not draw of a distribution over runs is not there. */
const summaryOf = ({ unit }: MetricBlock) => ({
  unit,
  count: 0,
  stddev: null,
  min: null,
  p90: null,
  p95: null,
  p99: null,
  max: null,
})

const order: readonly VerdictStatus[] = ['valid', 'suspect', 'invalid']
const worst = (statuses: readonly VerdictStatus[]): VerdictStatus =>
  order[Math.max(...statuses.map((status) => order.indexOf(status)))] ?? 'invalid'
