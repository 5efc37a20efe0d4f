import type { TopLevelSpec } from 'vega-lite'
import { axisOver, type LinearAxis } from './axis.ts'
import { frameAxis, framedChart, raw, type ChartFrame, type FrameAxis, type Layer } from './chart-frame.ts'
import { toData } from './curve-labels.ts'
import { plotSize, textSize } from './figure.ts'
import { measureText } from './font.ts'
import { dashOf, markerOf } from './matplotlib-names.ts'
import type { PlotTheme } from './theme.ts'

interface At {
  readonly x: number
  readonly y: number
}

/** One label of a figure in the original's look. */
export interface ClassicSeries {
  readonly label: string
  /** Of CSS. */
  readonly color: string
  /** Of matplotlib. */
  readonly marker: string
  readonly linestyle: string
  readonly points: readonly At[]
  readonly line: readonly At[]
}

export interface ClassicChart {
  readonly title: string
  readonly xTitle: string
  readonly yTitle: string
  readonly series: readonly ClassicSeries[]
  /** Lower end of the y axis; null: as the data ask for. */
  readonly yFrom: number | null
  readonly caption: readonly string[]
  readonly theme: PlotTheme
}

/** Points and fits as matplotlib would show them: axes over all that is drawn, a legend inside. */
export function classicChart(chart: ClassicChart): TopLevelSpec {
  const all = chart.series.flatMap(({ points, line }) => [...points, ...line])
  const x = over(all.map((point) => point.x))
  const y = over(
    all.map((point) => point.y),
    chart.yFrom,
  )
  const frame = classicFrame(chart, frameAxis(x, chart.xTitle), frameAxis(y, chart.yTitle))
  return framedChart(frame, [
    ...chart.series.flatMap(({ color, marker, linestyle, points, line }): Layer[] => {
      const { shape, open } = markerOf(marker) ?? { shape: 'circle', open: false }
      const dash = dashOf(linestyle)
      return [
        {
          data: { values: [...points] },
          mark: {
            type: 'point',
            shape,
            size: open ? 40 : 55,
            stroke: color,
            strokeWidth: open ? 2 : 0,
            fill: open ? 'transparent' : color,
            opacity: 1,
          },
        },
        ...(dash == null || line.length === 0
          ? []
          : [
              {
                data: { values: [...line] },
                mark: { type: 'line', stroke: color, strokeWidth: 2, opacity: 0.5, strokeDash: [...dash] },
              } satisfies Layer,
            ]),
      ]
    }),
    ...legend(chart.series, all, frame),
  ])
}

export function classicFrame(
  chart: Pick<ClassicChart, 'title' | 'caption' | 'theme'>,
  x: FrameAxis,
  y: FrameAxis,
): ChartFrame {
  const [title = '', ...subtitles] = chart.title.split('\n').map((line) => line.trim())
  return {
    title,
    subtitles,
    description: chart.title.replaceAll(/\s+/g, ' '),
    caption: chart.caption,
    theme: chart.theme,
    x,
    y,
  }
}

/** 5 % of room at both ends. */
function over(values: readonly number[], from: number | null = null): LinearAxis {
  let low = values.length === 0 ? 0 : Infinity
  let high = values.length === 0 ? 1 : -Infinity
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const room = (high - low) * 0.05
  const axis = axisOver(from ?? low - room, high + room, 7)
  const min = from ?? (high > low ? low - room : axis.min)
  const max = high > low ? high + room : axis.max
  return { ...axis, min, max, ticks: axis.ticks.filter((tick) => tick >= min && tick <= max) }
}

interface Keyed {
  readonly label: string
  readonly color: string
  readonly marker: string
}

/** Box in the corner where it hides the fewest points. */
export function legend(series: readonly Keyed[], points: readonly At[], { x, y, theme }: ChartFrame): Layer[] {
  const width = Math.max(...series.map(({ label }) => measureText(label, textSize.label))) + 40
  const height = 20 * series.length + 10
  const boxes = [
    { left: 10, top: 10 },
    { left: plotSize.width - width - 10, top: 10 },
    { left: 10, top: plotSize.height - height - 10 },
    { left: plotSize.width - width - 10, top: plotSize.height - height - 10 },
  ].map(({ left, top }) => {
    const [a, b] = [toData(left, top + height, x, y), toData(left + width, top, x, y)]
    const hidden = points.filter((at) => at.x >= a.x && at.x <= b.x && at.y >= a.y && at.y <= b.y).length
    return { left, top, hidden, x: a.x, y: a.y, x2: b.x, y2: b.y }
  })
  const box = boxes.toSorted((a, b) => a.hidden - b.hidden)[0]
  if (box === undefined || series.length === 0) return []
  const rows = series.map(({ label, color, marker }, i) => ({
    label,
    color,
    shape: markerOf(marker)?.shape ?? 'circle',
    fill: markerOf(marker)?.open ? 'transparent' : color,
    mark: toData(box.left + 16, box.top + 15 + 20 * i, x, y),
    words: toData(box.left + 32 + measureText(label, textSize.label) / 2, box.top + 15 + 20 * i, x, y),
  }))
  return [
    {
      data: { values: [box] },
      mark: { type: 'rect', fill: theme.hollow, fillOpacity: 0.85, stroke: theme.grid, cornerRadius: 3, aria: false },
      encoding: { x2: { field: 'x2' }, y2: { field: 'y2' } },
    },
    {
      data: { values: rows.map(({ mark, ...row }) => ({ ...row, ...mark })) },
      mark: { type: 'point', size: 50, strokeWidth: 1.5, opacity: 1, aria: false },
      encoding: { stroke: raw('color'), fill: raw('fill'), shape: raw('shape') },
    },
    {
      data: { values: rows.map(({ words, ...row }) => ({ ...row, ...words })) },
      mark: { type: 'text', fontSize: textSize.label, fill: theme.ink, aria: false },
      encoding: { text: raw('label') },
    },
  ]
}
