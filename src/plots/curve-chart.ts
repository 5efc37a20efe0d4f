import type { TopLevelSpec } from 'vega-lite'
import type { VerdictStatus } from '../result/schema.ts'
import { axisOver } from './axis.ts'
import { frameAxis, framedChart, raw, type ChartFrame, type Layer } from './chart-frame.ts'
import { curveLabels, type PlacedText } from './curve-labels.ts'
import type { CurveStyle } from './curve-style.ts'
import { textSize } from './figure.ts'
import type { PlotTheme } from './theme.ts'

/** 95 % interval of a value. */
export type Interval = readonly [low: number, high: number]

export interface CurvePoint {
  /** Short text beside the point. */
  readonly label: string
  readonly x: number
  readonly y: number
  readonly xInterval: Interval | null
  readonly yInterval: Interval | null
  readonly status: VerdictStatus
  /** Its accessible name. */
  readonly description: string
}

export interface Curve {
  readonly name: string
  readonly style: CurveStyle
  /** In the order in which they are joined. */
  readonly points: readonly CurvePoint[]
  /** A fitted line, which then stands for the joining ones; it ends where the points end. */
  readonly fit: readonly { readonly x: number; readonly y: number }[] | null
}

export interface CurveChart extends Omit<ChartFrame, 'x' | 'y'> {
  readonly curves: readonly Curve[]
  readonly xTitle: string
  readonly yTitle: string
  /** Drawn first, below the curves. */
  readonly under: readonly Layer[]
  /** What the y axis must reach; 0: what the points ask for. */
  readonly yTop: number
}

/** Pairs as measured, joined by straight lines; both axes begin at 0. */
export function curveChart(chart: CurveChart): TopLevelSpec {
  const points = chart.curves.flatMap((curve) => curve.points)
  const top = (values: readonly number[], room: number) => Math.max(0, ...values) * room || 1
  const xTop = top(
    points.flatMap((point) => [point.x, point.xInterval?.[1] ?? 0]),
    1.03,
  )
  const yTop = top([chart.yTop, ...points.flatMap((point) => [point.y, point.yInterval?.[1] ?? 0])], 1.05)
  const frame: ChartFrame = {
    ...chart,
    x: frameAxis(axisOver(0, xTop, 7), chart.xTitle),
    y: frameAxis(axisOver(0, yTop, 6), chart.yTitle),
  }
  const labels = curveLabels(chart.curves, frame.x, frame.y)
  return framedChart(frame, [
    ...chart.under,
    ...lineLayers(chart),
    ...fitLayers(chart),
    ...intervalLayers(chart),
    ...markerLayers(chart, labels.legend),
    ...textLayers(labels, chart.theme),
  ])
}

/** The lines between neighbours; dotted beside an invalid point. */
function lineLayers({ curves }: CurveChart): Layer[] {
  const lines = curves.flatMap(({ style, points, fit }) =>
    (fit === null ? points.slice(1) : []).map((end, i) => {
      const start = points[i] ?? end
      const doubtful = start.status === 'invalid' || end.status === 'invalid'
      const dash = doubtful ? [2, 5] : style.dash
      return { x: start.x, y: start.y, x2: end.x, y2: end.y, doubtful, dash, color: style.color }
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
        strokeDash: raw('dash'),
      },
    },
  ]
}

/** Cut at the frame: a polynomial may leave it between two points. */
function fitLayers({ curves }: CurveChart): Layer[] {
  return curves.flatMap(({ style, fit }): Layer[] =>
    fit === null
      ? []
      : [
          {
            data: { values: [...fit] },
            mark: {
              type: 'line',
              clip: true,
              strokeWidth: 2,
              opacity: 0.5,
              stroke: style.color,
              strokeDash: style.dash.length === 0 ? [7, 4] : [...style.dash],
              aria: false,
            },
          },
        ],
  )
}

/** What the bars at points mean, where there are some. */
export function intervalLines(curves: readonly Curve[]): string[] {
  const some = curves.some(({ points }) => points.some((point) => point.xInterval !== null || point.yInterval !== null))
  return some ? ['Bars at a point: 95 % intervals of its values.'] : []
}

function intervalLayers({ curves }: CurveChart): Layer[] {
  const bars = curves.flatMap(({ style, points }) =>
    points.flatMap(({ x, y, xInterval, yInterval }) => [
      ...(xInterval === null ? [] : [{ x: xInterval[0], x2: xInterval[1], y, y2: y, color: style.color }]),
      ...(yInterval === null ? [] : [{ x, x2: x, y: yInterval[0], y2: yInterval[1], color: style.color }]),
    ]),
  )
  if (bars.length === 0) return []
  return [
    {
      data: { values: bars },
      mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.45, clip: true, aria: false },
      encoding: { x2: { field: 'x2' }, y2: { field: 'y2' }, stroke: raw('color') },
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
