import { curveChart, type Curve, type CurvePoint } from './curve-chart.ts'
import { curveStyles } from './curve-style.ts'
import { groupName, type DrawnPlot, type Plot, type PlotInput, type PlottedPoint } from './plot.ts'

/**
 * Measured rate of requests against mean latency. Each point is a true pair of one measurement; a curve joins its
 * points by straight lines in order of clients, and nothing is fitted.
 */
export const throughputLatency: Plot = {
  id: 'throughput-latency',
  name: 'Throughput and latency',
  directory: 'throughput_latency',
  draw: (input) =>
    [...Map.groupBy(input.points, (point) => groupName(point.group))]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([group, points]) => drawGroup(group, points, input)),
}

function drawGroup(group: string, points: readonly PlottedPoint[], input: PlotInput): DrawnPlot[] {
  const curves = curvesOf(points, input)
  const first = points[0]
  if (curves.length === 0 || first === undefined) return []
  const { model, promptTokens, outputTokens } = first.group
  const work = `Prompt ${promptTokens ?? '?'} tokens, output ${outputTokens ?? '?'} tokens`
  const title = `Throughput and latency: ${[model, work, ...serverSize(points, input)].join(', ')}`
  const spec = curveChart({
    curves,
    title: model,
    subtitles: [
      [work, ...serverSize(points, input)].join(' · '),
      'The number at a point: clients that send one request after the other',
    ],
    description: title,
    caption: caption(points),
    xTitle: 'Throughput (requests/s, measured)',
    yTitle: 'Mean latency (s)',
    theme: input.theme,
  })
  return [{ group, title, spec }]
}

/** One curve a label; a label with and without streaming has two. */
function curvesOf(points: readonly PlottedPoint[], input: PlotInput): Curve[] {
  const ofLabel = Map.groupBy(points, (point) => point.curve)
  const nameOf = (point: PlottedPoint) => {
    const streamed = ofLabel.get(point.curve)?.some((other) => other.stream) ?? false
    return streamed && !point.stream ? `${point.curve} (no stream)` : point.curve
  }
  const byName = [...Map.groupBy(points, nameOf)].sort(([a], [b]) => (a < b ? -1 : 1))
  const styles = curveStyles(
    byName.map(([name, members]) => ({ name, backend: members[0]?.backend ?? '' })),
    input.looks,
  )
  return byName.flatMap(([name, members]) => {
    const style = styles.get(name)
    const ordered = members.toSorted((a, b) => (a.clients ?? 0) - (b.clients ?? 0))
    const pairs = ordered.flatMap((point) => pairOf(point, name))
    return style === undefined || pairs.length === 0 ? [] : [{ name, style, points: pairs }]
  })
}

function pairOf(point: PlottedPoint, name: string): CurvePoint[] {
  const { clients, requestsPerSecond: x, meanLatencySeconds: y, status } = point
  if (clients === null || x === null || y === null) return []
  const load = `${clients} ${clients === 1 ? 'client' : 'clients'}`
  const said = `${name}, ${load}: ${x.toPrecision(3)} requests/s, ${y.toPrecision(3)} s, ${status}`
  return [{ label: String(clients), x, y, status, description: said }]
}

/** Only the dimensions that mean something to one of the backends shown. */
function serverSize(points: readonly PlottedPoint[], input: PlotInput): string[] {
  const known = new Set(points.flatMap((point) => [...(input.looks[point.backend]?.dimensions ?? dimensions)]))
  const { tensorParallel, maxRaggedBatchSize, replicas } = points[0]?.group ?? {}
  const values = { tp: tensorParallel, bs: maxRaggedBatchSize, replicas }
  const words = { tp: 'tensor parallel', bs: 'batch', replicas: 'replicas' }
  return dimensions.flatMap((name) =>
    known.has(name) && values[name] != null ? [`${words[name]} ${values[name]}`] : [],
  )
}
const dimensions = ['tp', 'bs', 'replicas'] as const

function caption(points: readonly PlottedPoint[]): string[] {
  const lines: string[] = []
  const drawn = points.filter((point) => pairOf(point, '').length > 0)
  const count = (status: PlottedPoint['status']) => drawn.filter((point) => point.status === status).length
  if (count('suspect') === drawn.length)
    lines.push('Hollow: the verdict on every point is suspect; the report says why.')
  else if (count('suspect') > 0) lines.push('Hollow points: the verdict is suspect; the report says why.')
  if (count('invalid') > 0) lines.push('Crossed out: the verdict is invalid; do not use these points.')
  const missing = points.filter((point) => point.clients !== null && pairOf(point, '').length === 0)
  if (missing.length > 0) {
    const names = missing.map((point) => `${point.curve} clients=${point.clients}`)
    lines.push(`Not drawn, because no request ended well: ${names.join(', ')}.`)
  }
  return [...lines, ...new Set(points.flatMap((point) => point.caveat ?? []))]
}
