import type { TopLevelSpec } from 'vega-lite'
import type { VerdictStatus } from '../result/schema.ts'
import { axisFromZero, type LinearAxis } from './axis.ts'
import { curveLabels, toData, type PlacedText } from './curve-labels.ts'
import type { CurveStyle } from './curve-style.ts'
import { captionLines, figureConfig, figureTitle, plotSize, textSize } from './figure.ts'
import type { PlotTheme } from './theme.ts'

export interface CurvePoint {
  /** Short text beside the point. */
  readonly label: string
  readonly x: number
  readonly y: number
  readonly status: VerdictStatus
  /** Its accessible name. */
  readonly description: string
}

export interface Curve {
  readonly name: string
  readonly style: CurveStyle
  /** In the order in which they are joined. */
  readonly points: readonly CurvePoint[]
}

export interface CurveChart {
  readonly curves: readonly Curve[]
  readonly title: string
  readonly subtitles: readonly string[]
  readonly description: string
  /** Paragraphs below the axes. */
  readonly caption: readonly string[]
  readonly xTitle: string
  readonly yTitle: string
  readonly theme: PlotTheme
}

/** Pairs as measured, joined by straight lines; both axes begin at 0. */
export function curveChart(chart: CurveChart): TopLevelSpec {
  const points = chart.curves.flatMap((curve) => curve.points)
  const x = axisFromZero(Math.max(...points.map((point) => point.x)) * 1.03, 7)
  const y = axisFromZero(Math.max(...points.map((point) => point.y)) * 1.05, 6)
  const labels = curveLabels(chart.curves, x, y)
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: chart.description,
    ...plotSize,
    title: figureTitle(chart.title, chart.subtitles),
    config: figureConfig(chart.theme),
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: chart.xTitle,
        scale: { domain: [0, x.max], nice: false },
        axis: { values: [...x.ticks], format: x.format },
      },
      y: {
        field: 'y',
        type: 'quantitative',
        title: chart.yTitle,
        scale: { domain: [0, y.max], nice: false },
        axis: { values: [...y.ticks], format: y.format, domain: false },
      },
    },
    layer: [
      ...lineLayers(chart),
      ...markerLayers(chart, labels.legend),
      ...textLayers(labels, chart.theme),
      captionLayer(chart, x, y),
    ],
  }
}

type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number]

const raw = (field: string) => ({ field, type: 'nominal', scale: null }) as const

/** The lines between neighbours; dotted beside an invalid point. */
function lineLayers({ curves }: CurveChart): Layer[] {
  const lines = curves.flatMap(({ style, points }) =>
    points.slice(1).map((end, i) => {
      const start = points[i] ?? end
      const doubtful = start.status === 'invalid' || end.status === 'invalid'
      return { x: start.x, y: start.y, x2: end.x, y2: end.y, doubtful, color: style.color }
    }),
  )
  return [
    {
      data: { values: lines },
      mark: { type: 'rule', strokeWidth: 2, strokeCap: 'round', aria: false },
      encoding: {
        x2: { field: 'x2' },
        y2: { field: 'y2' },
        stroke: raw('color'),
        strokeOpacity: { condition: { test: 'datum.doubtful', value: 0.5 }, value: 0.8 },
        strokeDash: { condition: { test: 'datum.doubtful', value: [2, 5] }, value: [1, 0] },
      },
    },
  ]
}

/** Solid: valid; hollow: suspect; hollow and crossed out: invalid. */
function markerLayers({ curves, theme }: CurveChart, legend: readonly PlacedText[]): Layer[] {
  const markers = curves.flatMap(({ style, points }) =>
    points.map(({ x, y, status, description }) => ({
      x,
      y,
      color: style.color,
      fill: status === 'valid' ? style.color : theme.hollow,
      shape: style.shape,
      status,
      description,
    })),
  )
  const keys = legend.map(({ markX, y, color, shape }) => ({ x: markX, y, color, fill: color, shape }))
  const drawn = { stroke: raw('color'), fill: raw('fill'), shape: raw('shape') }
  return [
    {
      data: { values: markers },
      mark: { type: 'point', size: 75, strokeWidth: 2, opacity: 1 },
      encoding: { ...drawn, description: raw('description') },
    },
    {
      data: { values: markers.filter((marker) => marker.status === 'invalid') },
      mark: {
        type: 'point',
        shape: 'M-1,-1L1,1M-1,1L1,-1',
        size: 110,
        strokeWidth: 2.5,
        stroke: theme.bad,
        aria: false,
      },
    },
    {
      data: { values: keys },
      mark: { type: 'point', size: 75, strokeWidth: 2, opacity: 1, aria: false },
      encoding: drawn,
    },
  ]
}

/** Each text twice: first as a halo in the colour of the ground, so that lines below do not cut it. */
function textLayers(labels: ReturnType<typeof curveLabels>, theme: PlotTheme): Layer[] {
  const layer = (values: readonly PlacedText[], look: { fontSize: number; fontWeight: 'bold' | 'normal' }): Layer[] => {
    const mark = { type: 'text', ...look, aria: false } as const
    const data = { values: [...values] }
    return [
      {
        data,
        mark: { ...mark, stroke: theme.hollow, strokeWidth: 4, strokeJoin: 'round', fill: theme.hollow },
        encoding: { text: raw('text') },
      },
      { data, mark, encoding: { text: raw('text'), fill: raw('color') } },
    ]
  }
  const numbers = labels.numbers.map((number) => ({ ...number, color: theme.muted }))
  return [
    ...layer(numbers, { fontSize: textSize.label, fontWeight: 'normal' }),
    ...layer([...labels.names, ...labels.legend], { fontSize: textSize.name, fontWeight: 'bold' }),
  ]
}

function captionLayer({ caption, theme }: CurveChart, x: LinearAxis, y: LinearAxis): Layer {
  const lines = captionLines(caption).map((text, i) => {
    const place = toData(0, plotSize.height + 68 + 17 * i, x, y)
    return { text, x: place.x, y: place.y }
  })
  return {
    data: { values: lines },
    mark: { type: 'text', align: 'left', fontSize: textSize.caption, fill: theme.muted },
    encoding: { text: raw('text') },
  }
}
