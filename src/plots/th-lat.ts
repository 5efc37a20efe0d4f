import { classicLatency, classicThroughput } from '../metrics/classic/formulas.ts'
import { classicChart } from './classic-chart.ts'
import { classicGroups, groupTuple, type ClassicCurve } from './classic-names.ts'
import { curveChart, intervalLines, type Curve, type CurvePoint } from './curve-chart.ts'
import { byGroup, caveatLines, configOf, curvesOf, loadWords, serverSize, workOf, type NamedCurve } from './curves.ts'
import { fitCurve, fitData } from './fit-data.ts'
import { cssColor, defaultCycle } from './matplotlib-names.ts'
import type { DrawnPlot, Plot, PlotInput, PlotSettings, PlottedPoint } from './plot.ts'
import { overRuns, runsLine } from './repeated-runs.ts'
import { defaultSettings } from './settings.ts'

/**
 * Measured rate of requests against mean latency. Each point is a true pair of one measurement; a curve joins its
 * points by straight lines in order of clients, and nothing is fitted unless `plot_config.yaml` asks.
 */
export const throughputLatency: Plot = {
  id: 'th-lat',
  name: 'Throughput and latency',
  directory: 'throughput_latency',
  about: 'requests per second against mean latency, a curve a label',
  countsTokens: false,
  comparesDirectories: true,
  draw: (input, settings = defaultSettings) =>
    settings.look === 'classic'
      ? drawClassic(input, settings)
      : byGroup(overRuns(input.points)).flatMap(([group, points]) => drawGroup(group, points, input, settings)),
}

function drawGroup(
  group: string,
  points: readonly PlottedPoint[],
  input: PlotInput,
  settings: PlotSettings,
): DrawnPlot[] {
  const named = curvesOf(points, input, settings)
  const curves = named.flatMap((curve) => measuredCurve(curve))
  const first = points[0]
  if (curves.length === 0 || first === undefined) return []
  const { model } = first.group
  const work = [workOf(first), ...serverSize(points, input)]
  const title = `Throughput and latency: ${[model, ...work].join(', ')}`
  const spec = curveChart({
    curves,
    title: model,
    subtitles: [work.join(' · '), loadWords(points)],
    description: title,
    caption: [...intervalLines(curves), ...runsLine(points, 'means'), ...caption(points, named)],
    xTitle: 'Throughput (requests/s, measured)',
    yTitle: 'Mean latency (s)',
    under: [],
    yTop: 0,
    theme: input.theme,
  })
  const data = {
    group,
    curves: named.map(({ name, points: members, config }) => ({
      name,
      points: members.map((point) => ({
        load: point.load.name,
        clients: point.clients,
        requests_per_second: point.requestsPerSecond,
        mean_latency_s: point.meanLatencySeconds,
        requests_per_second_interval: point.intervals.requestsPerSecond,
        mean_latency_interval_s: point.intervals.meanLatencySeconds,
        status: point.status,
        drawn: pairOf(point, name).length > 0 && !clipped(point, config),
      })),
      fit: config.polyfitDegree ? fitData(pairsOf({ points: members, name, config }), config.polyfitDegree) : null,
    })),
  }
  return [{ group, title, spec, data }]
}

function measuredCurve(named: NamedCurve): Curve[] {
  const { name, style, config } = named
  const points = pairsOf(named)
  const fit = config.polyfitDegree ? fitCurve(points, config.polyfitDegree) : null
  return points.length === 0 ? [] : [{ name, style, points, fit }]
}

const pairsOf = ({ name, points, config }: Pick<NamedCurve, 'name' | 'points' | 'config'>) =>
  points.flatMap((point) => (clipped(point, config) ? [] : pairOf(point, name)))

function pairOf(point: PlottedPoint, name: string): CurvePoint[] {
  const { load, requestsPerSecond: x, meanLatencySeconds: y, status, intervals } = point
  if (x === null || y === null) return []
  const said = `${name}, ${load.long}: ${x.toPrecision(3)} requests/s, ${y.toPrecision(3)} s, ${status}`
  const xInterval = intervals.requestsPerSecond
  return [{ label: load.short, x, y, xInterval, yInterval: intervals.meanLatencySeconds, status, description: said }]
}

const clipped = ({ requestsPerSecond: x, meanLatencySeconds: y }: PlottedPoint, { xMax, yMax }: NamedCurve['config']) =>
  (xMax !== null && x !== null && x > xMax) || (yMax !== null && y !== null && y > yMax)

function caption(points: readonly PlottedPoint[], curves: readonly NamedCurve[]): string[] {
  const lines: string[] = []
  const drawn = points.filter((point) => pairOf(point, '').length > 0)
  const names = (some: readonly PlottedPoint[]) => some.map((point) => `${point.curve} ${point.load.name}`)
  const missing = points.filter((point) => pairOf(point, '').length === 0)
  if (missing.length > 0) lines.push(`Not drawn, because no request ended well: ${names(missing).join(', ')}.`)
  const cut = curves.flatMap(({ points: members, config }) => members.filter((point) => clipped(point, config)))
  if (cut.length > 0) lines.push(`Beyond x_max or y_max of plot_config.yaml: ${names(cut).join(', ')}.`)
  const [marks, caveats] = [caveatLines(drawn), points.flatMap((point) => point.caveat ?? [])]
  return [...new Set([...marks.filter((line) => !caveats.includes(line)), ...lines, ...caveats])]
}

/**
 * The original's figure: throughputs and latencies sorted each by itself, clipped, and a cubic through them. `data` holds
 * the true pairs and their fit beside.
 */
function drawClassic(input: PlotInput, settings: PlotSettings): DrawnPlot[] {
  return classicGroups(input.points).flatMap(({ group, curves }) => {
    const stem = `${group.model}-tp${group.tensorParallel}-bs${group.maxRaggedBatchSize}-replicas${group.replicas}-prompt${group.promptTokens}-gen${group.outputTokens}`
    const title = `Model: ${group.model}, Prompt: ${group.promptTokens}, Generation: ${group.outputTokens}, TP: ${group.tensorParallel}`
    const series = curves.flatMap((curve, i) => classicSeries(curve, i, settings))
    if (series.length === 0) return []
    const [xTitle, yTitle] = ['Throughput (queries/s)', 'Latency (s)']
    const spec = classicChart({
      title,
      xTitle,
      yTitle,
      yFrom: null,
      theme: input.theme,
      series: series.map((each) => each.drawn),
      caption: [
        "The original's look: throughputs and latencies are sorted each by itself, so a point may be no true pair; the line is a fit.",
        ...runsLine(input.points, 'each'),
      ],
    })
    const data = {
      group: groupTuple(group),
      file: `${stem}.png`,
      title,
      xlabel: xTitle,
      ylabel: yTitle,
      series: series.map((each) => each.data),
    }
    return [{ group: stem, title, spec, data }]
  })
}

function classicSeries({ name, points }: ClassicCurve, index: number, settings: PlotSettings) {
  const config = configOf(name, settings)
  const pairs = points.flatMap(({ clients, requests }) => {
    const [x, y] = [classicThroughput(requests, clients).value, classicLatency(requests).value]
    return x === null || y === null ? [] : [{ clients, x, y }]
  })
  if (pairs.length === 0) return []
  const [xs, ys] = [ascending(pairs.map((pair) => pair.x)), ascending(pairs.map((pair) => pair.y))]
  const count = Math.min(upTo(xs, config.xMax), upTo(ys, config.yMax))
  const drawn = xs.slice(0, count).map((x, i) => ({ x, y: ys[i] ?? 0 }))
  const degree = config.polyfitDegree ?? 3
  const [first, last] = [drawn[0]?.x ?? 0, drawn.at(-1)?.x ?? 0]
  const steps = degree === 0 ? count : Math.ceil((last - first) / 0.01)
  const label = config.label ?? name
  const said = config.color === null ? {} : { color: config.color }
  const linestyle = config.linestyle ?? '--'
  return [
    {
      drawn: {
        label,
        color: cssColor(config.color ?? '') ?? defaultCycle[index % defaultCycle.length] ?? defaultCycle[0],
        marker: config.marker ?? 'o',
        linestyle,
        points: drawn,
        line: degree === 0 ? drawn : steps > 0 ? fitCurve(drawn, degree) : [],
      },
      data: {
        directory: name,
        pairs_clients_throughput_latency: pairs.map(({ clients, x, y }) => [clients, x, y]),
        fit_of_pairs: fitData(pairs, 3),
        drawn: {
          x: drawn.map((point) => point.x),
          y: drawn.map((point) => point.y),
          label,
          marker: config.marker ?? 'o',
          ...said,
          linestyle,
        },
        fit_as_drawn: fitData(drawn, degree),
        line: { n: steps, x0: steps > 0 ? first : null, ...said, linestyle, alpha: 0.5 },
      },
    },
  ]
}

const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b)

/** Entries before the first that is above the limit. */
function upTo(sorted: readonly number[], limit: number | null): number {
  const first = limit === null ? -1 : sorted.findIndex((value) => value > limit)
  return first === -1 ? sorted.length : first
}
