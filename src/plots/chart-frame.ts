import type { TopLevelSpec } from 'vega-lite'
import type { LinearAxis } from './axis.ts'
import { toData } from './curve-labels.ts'
import type { CurveStyle } from './curve-style.ts'
import { captionLines, figureConfig, figureTitle, plotSize, textSize } from './figure.ts'
import { measureText } from './font.ts'
import type { PlotTheme } from './theme.ts'

export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number]

/** What stands around the marks of every figure. */
export interface ChartFrame {
  readonly title: string
  readonly subtitles: readonly string[]
  /** Accessible name. */
  readonly description: string
  /** Paragraphs below the axes. */
  readonly caption: readonly string[]
  readonly x: FrameAxis
  readonly y: FrameAxis
  readonly theme: PlotTheme
}

export interface FrameAxis extends LinearAxis {
  readonly title: string
  /** Words for the ticks, in their order; null: their values. */
  readonly labels: readonly string[] | null
  readonly grid: boolean
}

/** An axis of numbers with its grid. */
export const frameAxis = (axis: LinearAxis, title: string, more: Partial<FrameAxis> = {}): FrameAxis => ({
  ...axis,
  title,
  labels: null,
  grid: true,
  ...more,
})

/** A field that holds what is drawn, not what a scale maps. */
export const raw = (field: string) => ({ field, type: 'nominal', scale: null }) as const

/** Layers encode `x` and `y` in units of the axes. */
export function framedChart(frame: ChartFrame, layers: readonly Layer[]): TopLevelSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: frame.description,
    ...plotSize,
    title: figureTitle(frame.title, frame.subtitles),
    config: figureConfig(frame.theme),
    encoding: {
      x: position('x', frame.x, true),
      y: position('y', frame.y, false),
    },
    layer: [...layers, captionLayer(frame)],
  }
}

function position(field: string, axis: FrameAxis, domain: boolean) {
  const words = axis.labels === null ? {} : { labelExpr: labelExpression(axis.ticks, axis.labels) }
  return {
    field,
    type: 'quantitative' as const,
    title: axis.title === '' ? null : axis.title,
    scale: { domain: [axis.min, axis.max], nice: false, zero: false },
    axis: { values: [...axis.ticks], format: axis.format, domain, grid: axis.grid, ...words },
  }
}

function labelExpression(ticks: readonly number[], labels: readonly string[]): string {
  const named = Object.fromEntries(ticks.map((tick, i) => [String(tick), labels[i] ?? '']))
  return `${JSON.stringify(named)}[datum.value] || ''`
}

function captionLayer({ caption, theme, x, y }: ChartFrame): Layer {
  const top = plotSize.height + (x.title === '' ? 48 : 68)
  const lines = captionLines(caption).map((text, i) => ({ text, ...toData(0, top + 17 * i, x, y) }))
  return {
    data: { values: lines },
    mark: { type: 'text', align: 'left', fontSize: textSize.caption, fill: theme.muted },
    encoding: { text: raw('text') },
  }
}

/** Names with a marker before each, right of the plot, from the top. */
export function legendLayers(
  entries: readonly { readonly name: string; readonly style: CurveStyle; readonly hollow?: boolean }[],
  { x, y, theme }: ChartFrame,
): Layer[] {
  const left = plotSize.width + 24
  const places = entries.map(({ name, style, hollow = false }, i) => ({
    text: name,
    shape: style.shape,
    color: style.color,
    fill: hollow ? theme.hollow : style.color,
    mark: toData(left, 10 + 24 * i, x, y),
    words: toData(left + 14 + measureText(name, textSize.name, 'bold') / 2, 10 + 24 * i, x, y),
  }))
  return [
    {
      data: { values: places.map(({ mark, ...rest }) => ({ ...rest, ...mark })) },
      mark: { type: 'point', size: 75, strokeWidth: 2, opacity: 1, aria: false },
      encoding: { stroke: raw('color'), fill: raw('fill'), shape: raw('shape') },
    },
    {
      data: { values: places.map(({ words, ...rest }) => ({ ...rest, ...words })) },
      mark: { type: 'text', fontSize: textSize.name, fontWeight: 'bold', aria: false },
      encoding: { text: raw('text'), fill: raw('color') },
    },
  ]
}
