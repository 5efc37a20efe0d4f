import type { TopLevelSpec } from 'vega-lite'
import type { VerdictStatus } from '../result/schema.ts'
import { axisFromZero, type LinearAxis } from './axis.ts'
import { frameAxis, framedChart, legendLayers, raw, type ChartFrame, type Layer } from './chart-frame.ts'
import { textSize } from './figure.ts'
import type { PlotTheme } from './theme.ts'

export interface Bars {
  readonly name: string
  readonly color: string
  readonly status: VerdictStatus
  /** One a category; null: no bar. */
  readonly values: readonly (number | null)[]
  /** What stands above each bar. */
  readonly labels: readonly string[]
}

export interface BarChart extends Omit<ChartFrame, 'x' | 'y'> {
  readonly categories: readonly string[]
  /** Where the categories stand on an axis of numbers; null: evenly. */
  readonly positions: readonly number[] | null
  readonly series: readonly Bars[]
  readonly xTitle: string
  readonly yTitle: string
  /** A value to hold each category against, its name right of the last; null: none. */
  readonly reference: Reference | null
}

export interface Reference {
  readonly name: string
  readonly values: readonly number[]
  /** One line through all, or a mark across each category. */
  readonly shape: 'line' | 'marks'
}

/** Share of a category's width that its bars fill together. */
const filled = 0.72

/** Bars side by side in each category, from 0. */
export function barChart(chart: BarChart): TopLevelSpec {
  const { categories, series, theme } = chart
  const at = chart.positions ?? categories.map((_, i) => i)
  let top = Math.max(0, ...(chart.reference?.values ?? []))
  for (const value of series.flatMap(({ values }) => values)) top = Math.max(top, value ?? 0)
  const y = axisFromZero(top * 1.08)
  const frame: ChartFrame = {
    ...chart,
    x: frameAxis(categoryAxis(at), chart.xTitle, { labels: categories, grid: false }),
    y: frameAxis(y, chart.yTitle),
  }
  const width = filled / Math.max(1, series.length)
  const bars = series.flatMap(({ name, color, status, values, labels }, s) =>
    values.flatMap((value, i) => {
      if (value === null) return []
      const left = (at[i] ?? i) - filled / 2 + s * width
      const said = `${name}, ${categories[i] ?? ''}: ${labels[i] ?? value}, ${status}`
      const place = { x: left + width * 0.04, x2: left + width * 0.96, middle: left + width / 2, y: value, y2: 0 }
      return [{ ...place, color, status, label: labels[i] ?? '', description: said }]
    }),
  )
  const named = series.map(({ name, color, status }) => ({
    name,
    style: { color, shape: 'square', dash: [] },
    hollow: status !== 'valid',
  }))
  return framedChart(frame, [
    {
      data: { values: bars },
      mark: { type: 'rect', strokeWidth: 2, cornerRadiusTopLeft: 2, cornerRadiusTopRight: 2 },
      encoding: {
        x2: { field: 'x2' },
        y2: { field: 'y2' },
        stroke: raw('color'),
        fill: raw('color'),
        fillOpacity: { condition: { test: "datum.status === 'valid'", value: 1 }, value: 0.22 },
        description: raw('description'),
      },
    },
    ...crosses(bars, theme),
    ...referenceLayers(chart.reference, at, theme),
    ...labelLayers(bars, series.length * categories.length > 14 ? 9.5 : textSize.label, theme),
    ...(series.length > 1 ? legendLayers(named, frame) : []),
  ])
}

function categoryAxis(at: readonly number[]): LinearAxis {
  return { min: Math.min(0, ...at) - 0.5, max: Math.max(0, ...at) + 0.5, ticks: at, format: 'd' }
}

/** With a halo, so that a line below does not cut them. */
function labelLayers(
  bars: readonly { middle: number; y: number; label: string }[],
  fontSize: number,
  theme: PlotTheme,
): Layer[] {
  const values = bars.map(({ middle, y, label }) => ({ x: middle, y, label }))
  const mark = { type: 'text', dy: -9, fontSize, aria: false } as const
  const encoding = { text: raw('label') }
  const halo = { fill: theme.hollow, stroke: theme.hollow, strokeWidth: 4, strokeJoin: 'round' } as const
  return [
    { data: { values }, mark: { ...mark, ...halo }, encoding },
    { data: { values }, mark: { ...mark, fill: theme.muted }, encoding },
  ]
}

/** An invalid bar is crossed out. */
function crosses(
  bars: readonly { x: number; x2: number; y: number; status: VerdictStatus }[],
  theme: PlotTheme,
): Layer[] {
  const invalid = bars.filter((bar) => bar.status === 'invalid')
  if (invalid.length === 0) return []
  const mark = { type: 'rule', stroke: theme.bad, strokeWidth: 2, aria: false } as const
  const encoding = { x2: { field: 'x2' }, y2: { field: 'y2' } }
  return [
    { data: { values: invalid.map((bar) => ({ ...bar, y: 0, y2: bar.y })) }, mark, encoding },
    { data: { values: invalid.map((bar) => ({ ...bar, y2: 0 })) }, mark, encoding },
  ]
}

function referenceLayers(reference: Reference | null, at: readonly number[], theme: PlotTheme): Layer[] {
  if (reference === null) return []
  const points = reference.values.map((y, i) => ({ x: at[i] ?? i, y }))
  const mark = { stroke: theme.muted, strokeWidth: 1.5, strokeDash: [5, 4], aria: false }
  const ends = points.map(({ x, y }) => ({ x: x - 0.45, x2: x + 0.45, y }))
  return [
    reference.shape === 'line'
      ? { data: { values: points }, mark: { type: 'line', ...mark } }
      : { data: { values: ends }, mark: { type: 'rule', ...mark }, encoding: { x2: { field: 'x2' } } },
    {
      data: { values: points.slice(-1).map(({ x, y }) => ({ x: x + 0.5, y, text: reference.name })) },
      mark: { type: 'text', align: 'left', dx: 6, fontSize: textSize.label, fill: theme.muted, aria: false },
      encoding: { text: raw('text') },
    },
  ]
}
