import type { BackendLook } from './plot.ts'

export interface CurveStyle {
  readonly color: string
  /** A symbol of Vega with an inside, so that it can be hollow. */
  readonly shape: string
  /** Pixels of line and gap in turn; empty: a whole line. */
  readonly dash: readonly number[]
}

/** Colours apart from each other for most kinds of colour vision, legible on light and on dark. */
const palette = ['#2f7ed8', '#e07b00', '#1a9d6e', '#c2559b', '#8a63d2', '#b8860b', '#2aa5b8', '#d1495b'] as const
const shapes = ['circle', 'square', 'diamond', 'triangle-up', 'triangle-down', 'triangle-right'] as const

/** The plain names that backends use (the original's), in the tone of the palette. */
const namedColors: Readonly<Record<string, string>> = {
  orange: '#e8820c',
  blue: '#1f77b4',
  red: '#d1383d',
  green: '#1a9d6e',
  purple: '#8a63d2',
}

const shapeOfMarker: Readonly<Record<string, string>> = {
  o: 'circle',
  s: 'square',
  d: 'diamond',
  D: 'diamond',
  '^': 'triangle-up',
  v: 'triangle-down',
  '>': 'triangle-right',
  x: 'diamond',
  '+': 'triangle-up',
}

/** A style for each curve: its backend's own for the first of that backend, then the palette's unused entries. */
export function curveStyles(
  curves: readonly { readonly name: string; readonly backend: string }[],
  looks: Readonly<Record<string, BackendLook>>,
): Map<string, CurveStyle> {
  const styles = new Map<string, CurveStyle>()
  const usedBackends = new Set<string>()
  for (const { name, backend } of curves) {
    const look = looks[backend]
    if (look === undefined || usedBackends.has(backend)) continue
    usedBackends.add(backend)
    styles.set(name, { color: namedColors[look.color] ?? look.color, shape: shapeOf(look.marker), dash: [] })
  }
  for (const { name } of curves) {
    if (styles.has(name)) continue
    const used = [...styles.values()]
    const color = palette.find((candidate) => !used.some((style) => style.color === candidate))
    const shape = shapes.find((candidate) => !used.some((style) => style.shape === candidate))
    styles.set(name, {
      color: color ?? palette[styles.size % palette.length] ?? palette[0],
      shape: shape ?? shapes[styles.size % shapes.length] ?? shapes[0],
      dash: [],
    })
  }
  return styles
}

/** A shape with an inside for a marker of matplotlib or a symbol of Vega. */
export function shapeOf(marker: string): string {
  const shape = shapeOfMarker[marker] ?? marker
  return (shapes as readonly string[]).includes(shape) ? shape : 'circle'
}
