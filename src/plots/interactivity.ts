import { quantile } from '../metrics/statistics.ts'
import type { Layer } from './chart-frame.ts'
import { curveChart, type Curve, type CurvePoint } from './curve-chart.ts'
import { byGroup, caveatLines, curvesOf, serverSize, workOf } from './curves.ts'
import type { DrawnPlot, Plot, PlotInput, PlotSettings, PlottedPoint } from './plot.ts'
import { valueOf } from './plotted-point.ts'
import { overRuns, runsLine } from './repeated-runs.ts'
import { defaultSettings } from './settings.ts'
import type { PlotTheme } from './theme.ts'

/** What a user sees (tokens/s) against what the server gives (tokens/s), with the front that no other point beats in both. */
export const interactivity: Plot = {
  id: 'interactivity',
  name: 'Throughput and interactivity',
  directory: 'interactivity',
  about: 'output tokens per second against tokens per second that a user sees, with the Pareto front',
  countsTokens: true,
  comparesDirectories: true,
  draw: (input, settings = defaultSettings) =>
    byGroup(overRuns(input.points)).flatMap(([group, points]) => drawGroup(group, points, input, settings)),
}

interface Pair {
  readonly point: PlottedPoint
  readonly x: number
  readonly y: number
}

function drawGroup(
  group: string,
  points: readonly PlottedPoint[],
  input: PlotInput,
  settings: PlotSettings,
): DrawnPlot[] {
  const perGpu = points.every((point) => valueOf(point.metrics['output_token_throughput_per_gpu']) !== null)
  const named = curvesOf(points, input, settings).map((curve) => ({
    ...curve,
    pairs: curve.points.flatMap((point): Pair[] => {
      const [x, y] = [interactivityOf(point), tokenRateOf(point, perGpu)]
      return x === null || y === null ? [] : [{ point, x, y }]
    }),
  }))
  const pairs = named.flatMap((curve) => curve.pairs)
  const first = pairs[0]
  if (first === undefined) return []
  const front = frontOf(pairs.filter(({ point }) => point.status !== 'invalid'))
  const curves = named.flatMap(({ name, style, pairs: members }): Curve[] => {
    const drawn = members.map(({ point: { load, status }, x, y }): CurvePoint => {
      const said = `${name}, ${load.long}: ${x.toPrecision(3)} tokens/s a user, ${y.toPrecision(4)} tokens/s, ${status}`
      return { label: load.short, x, y, xInterval: null, yInterval: null, status, description: said }
    })
    return drawn.length === 0 ? [] : [{ name, style, points: drawn, fit: null }]
  })
  const { model } = first.point.group
  const work = [workOf(first.point), ...serverSize(points, input)]
  const title = `Throughput and interactivity: ${[model, ...work].join(', ')}`
  const original = pairs.some(({ point }) => point.generation !== null)
  const spec = curveChart({
    curves,
    title: `${model}: throughput and interactivity`,
    subtitles: [
      work.join(' · '),
      'The number at a point: clients, or requests/s asked for. Dashed: the front; what lies below it another point beats in both',
    ],
    description: title,
    caption: [
      ...runsLine(
        pairs.map(({ point }) => point),
        'means',
      ),
      ...caveatLines(pairs.map(({ point }) => point)),
      ...(original ? ["Of the original's files a chunk counts as a token between tokens."] : []),
    ],
    xTitle: 'Interactivity: tokens/s that a user sees (median request)',
    yTitle: `Output tokens/s${perGpu ? ' per GPU' : ''}`,
    theme: input.theme,
    under: frontLayer(front, input.theme),
    yTop: 0,
  })
  const data = {
    group,
    per_gpu: perGpu,
    curves: named.map(({ name, pairs: members }) => ({
      name,
      points: members.map((pair) => ({
        load: pair.point.load.name,
        clients: pair.point.clients,
        interactivity: pair.x,
        output_tokens_per_second: pair.y,
        status: pair.point.status,
        on_front: front.includes(pair),
      })),
    })),
  }
  return [{ group, title, spec, data }]
}

/** Points that no other beats in both, from the least interactive on. */
function frontOf(pairs: readonly Pair[]): Pair[] {
  const front: Pair[] = []
  for (const pair of pairs.toSorted((a, b) => b.x - a.x || b.y - a.y)) {
    if (pair.y > (front.at(-1)?.y ?? -Infinity)) front.push(pair)
  }
  return front.reverse()
}

/** Below each point of the front lies what it makes needless. */
function frontLayer(front: readonly Pair[], theme: PlotTheme): Layer[] {
  if (front.length < 2) return []
  const corners = [{ x: 0, y: front[0]?.y ?? 0 }, ...front.map(({ x, y }) => ({ x, y }))]
  return [
    {
      data: { values: corners },
      mark: {
        type: 'area',
        interpolate: 'step-before',
        fill: theme.muted,
        fillOpacity: 0.08,
        line: { stroke: theme.muted, strokeWidth: 1, strokeDash: [3, 3], opacity: 0.7, interpolate: 'step-before' },
        aria: false,
      },
      encoding: { y2: { datum: 0 } },
    },
  ]
}

/** Median over requests of tokens/s after the first token. */
function interactivityOf({ metrics, classic, generation }: PlottedPoint): number | null {
  const [own, tpot] = [metrics['interactivity'], metrics['tpot']]
  if (own && 'p50' in own && own.p50 !== null) return own.p50
  if (tpot && 'p50' in tpot && tpot.p50 !== null && tpot.p50 > 0) return 1 / tpot.p50
  if (generation === null) return null
  const rates = (classic?.requests ?? []).flatMap(({ tokenGenTime: [, ...gaps] }) => {
    const total = gaps.reduce((sum, gap) => sum + gap, 0)
    return total > 0 ? [gaps.length / total] : []
  })
  return quantile(Float64Array.from(rates).sort(), 0.5)
}

function tokenRateOf(
  { metrics, classic, generation, requestsPerSecond }: PlottedPoint,
  perGpu: boolean,
): number | null {
  const own = valueOf(metrics[perGpu ? 'output_token_throughput_per_gpu' : 'output_token_throughput'])
  if (own !== null || generation === null) return own
  const requests = classic?.requests ?? []
  if (requests.length === 0 || requestsPerSecond === null) return null
  let tokens = 0
  for (const { generatedTokens } of requests) {
    if (generatedTokens === null) return null
    tokens += generatedTokens
  }
  return (tokens / requests.length) * requestsPerSecond
}
