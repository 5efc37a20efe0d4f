import type { TopLevelSpec } from 'vega-lite'
import { frameAxis, framedChart, legendLayers, raw, type ChartFrame, type Layer } from './chart-frame.ts'
import { byGroup, caveatLines, curvesOf, serverSize, workOf, type NamedCurve } from './curves.ts'
import { logSecondsAxis } from './log-axis.ts'
import type { DrawnPlot, Plot, PlotInput, PlottedPoint } from './plot.ts'
import { defaultSettings } from './settings.ts'
import type { PlotTheme } from './theme.ts'

/** Share of requests (TTFT) or gaps (ITL) that took at most so long, a line for each load; a figure a label and quantity. */
export const distributions: Plot = {
  id: 'distributions',
  name: 'Distributions of TTFT and ITL',
  directory: 'distributions',
  about: 'cumulative distributions of the time to first token and of the gaps between tokens, a line a load',
  countsTokens: false,
  comparesDirectories: false,
  draw: (input, settings = defaultSettings) =>
    byGroup(input.points).flatMap(([group, points]) =>
      curvesOf(points, input, settings).flatMap((curve) =>
        quantities.flatMap((quantity) => drawCurve(group, curve, quantity, input)),
      ),
    ),
}

interface Quantity {
  readonly id: string
  readonly name: string
  readonly of: string
  /** Seconds of one point, unordered. */
  readonly values: (point: PlottedPoint) => number[]
}

const okOf = (point: PlottedPoint) => point.requests().filter((request) => request.outcome === 'ok')

const quantities: readonly Quantity[] = [
  {
    id: 'ttft',
    name: 'Time to first token',
    of: 'requests',
    values: (point) => okOf(point).flatMap(({ sent, firstToken }) => (firstToken === null ? [] : [firstToken - sent])),
  },
  {
    id: 'itl',
    name: 'Time between tokens',
    of: 'gaps between tokens (those within one read left out)',
    values: (point) => okOf(point).flatMap(({ gaps }) => gaps.filter((gap) => gap > 0)),
  },
]

/** Steps of a line are enough: more cannot be seen. */
const mostSteps = 200

interface Line {
  readonly point: PlottedPoint
  readonly values: Float64Array
  readonly color: string
  readonly name: string
}

function drawCurve(group: string, curve: NamedCurve, quantity: Quantity, input: PlotInput): DrawnPlot[] {
  const known = curve.points.flatMap((point) => {
    const values = point.stream
      ? Float64Array.from(quantity.values(point))
          .filter((value) => value > 0)
          .sort()
      : null
    return values === null || values.length < 2 ? [] : [{ point, values }]
  })
  const lines = known.map(({ point, values }, i): Line => {
    const again = known.slice(0, i).filter((other) => other.point.load.name === point.load.name).length
    const name = `${point.load.long}${again === 0 ? '' : ` (run ${again + 1})`}`
    return { point, values, name, color: ramp(known.length === 1 ? 0.5 : i / (known.length - 1)) }
  })
  const first = lines[0]
  if (first === undefined) return []
  const { model } = first.point.group
  const work = [workOf(first.point), ...serverSize([first.point], input)]
  const title = `${quantity.name}, distribution for ${curve.name}: ${[model, ...work].join(', ')}`
  const spec = chart(lines, {
    title: `${model}: ${quantity.name.toLowerCase()}, ${curve.name}`,
    subtitles: [work.join(' · '), `Share of ${quantity.of} that took at most so long; dots: P50, P90, P99`],
    description: title,
    caption: caveatLines(lines.map(({ point }) => point)).map((line) => line.replace('Crossed out', 'Dotted')),
    xTitle: `${quantity.name} (logarithmic)`,
    theme: input.theme,
  })
  const data = {
    group,
    curve: curve.name,
    quantity: quantity.id,
    lines: lines.map(({ point, values }) => ({
      load: point.load.name,
      clients: point.clients,
      count: values.length,
      status: point.status,
      seconds: sampled(values).map(({ value }) => value),
      share: sampled(values).map(({ share }) => share),
    })),
  }
  return [{ group: `${group}-${curve.name.replaceAll(/[^\w.-]+/g, '_')}-${quantity.id}`, title, spec, data }]
}

interface Words extends Pick<ChartFrame, 'title' | 'subtitles' | 'description' | 'caption'> {
  readonly xTitle: string
  readonly theme: PlotTheme
}

function chart(lines: readonly Line[], words: Words): TopLevelSpec {
  let [low, high] = [Infinity, -Infinity]
  for (const { values } of lines) {
    low = Math.min(low, at(values, 0.001))
    high = Math.max(high, values.at(-1) ?? 0)
  }
  const { axis, labels } = logSecondsAxis(low, high)
  const shares = { min: 0, max: 1, ticks: [0, 0.25, 0.5, 0.75, 0.9, 1], format: '.0%' }
  const frame: ChartFrame = {
    ...words,
    x: frameAxis(axis, words.xTitle, { labels }),
    y: frameAxis(shares, ''),
  }
  const marks = lines.flatMap(({ values, color, point, name }) =>
    [0.5, 0.9, 0.99].map((share) => ({
      x: Math.log10(at(values, share)),
      y: share,
      color,
      fill: point.status === 'valid' ? color : words.theme.hollow,
      description: `${name}: P${share * 100} ${at(values, share).toPrecision(3)} s`,
    })),
  )
  return framedChart(frame, [
    ...lines.map(({ values, color, point }): Layer => ({
      data: { values: sampled(values).map(({ value, share }) => ({ x: Math.log10(value), y: share })) },
      mark: {
        type: 'line',
        interpolate: 'step-after',
        clip: true,
        strokeWidth: 2,
        stroke: color,
        opacity: point.status === 'invalid' ? 0.5 : 0.9,
        strokeDash: point.status === 'invalid' ? [2, 4] : [],
        aria: false,
      },
    })),
    {
      data: { values: marks },
      mark: { type: 'point', size: 38, strokeWidth: 1.5, opacity: 1 },
      encoding: { stroke: raw('color'), fill: raw('fill'), description: raw('description') },
    },
    ...legendLayers(
      lines.map(({ name, color, point }) => ({
        name,
        style: { color, shape: 'circle', dash: [] },
        hollow: point.status !== 'valid',
      })),
      frame,
    ),
  ])
}

/** The value at a share, by rank. */
const at = (sorted: Float64Array, share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0

/** The steps of the distribution function, thinned evenly; first and last are kept. */
function sampled(sorted: Float64Array): { value: number; share: number }[] {
  const count = Math.min(sorted.length, mostSteps)
  return Array.from({ length: count }, (_, i) => {
    const rank = count === 1 ? 0 : Math.round((i * (sorted.length - 1)) / (count - 1))
    return { value: sorted[rank] ?? 0, share: (rank + 1) / sorted.length }
  })
}

/** From light load to heavy: blue, green, orange, red; each legible on light and on dark. */
function ramp(share: number): string {
  const stops = [
    [59, 130, 200],
    [34, 160, 140],
    [214, 148, 20],
    [200, 60, 70],
  ] as const
  const place = share * (stops.length - 1)
  const below = Math.min(stops.length - 2, Math.floor(place))
  const mix = place - below
  const channels = [0, 1, 2].map((i) =>
    Math.round((stops[below]?.[i] ?? 0) * (1 - mix) + (stops[below + 1]?.[i] ?? 0) * mix),
  )
  return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}
