import type { LinearAxis } from './axis.ts'
import type { Curve } from './curve-chart.ts'
import { plotSize, textSize } from './figure.ts'
import { measureText } from './font.ts'
import { around, overlaps, placeLabels, rightFirst, upFirst } from './label-placement.ts'

/** A text and where its centre is, in units of the axes. */
export interface PlacedText {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly color: string
  readonly shape: string
  /** Where a legend's marker stands. */
  readonly markX: number
}

export interface CurveLabels {
  /** Beside the points; one that would cover another text is left out. */
  readonly numbers: readonly PlacedText[]
  /** Beside the end of each curve; empty where they would cover something. */
  readonly names: readonly PlacedText[]
  /** The names right of the plot, instead. */
  readonly legend: readonly PlacedText[]
}

export function curveLabels(curves: readonly Curve[], x: LinearAxis, y: LinearAxis): CurveLabels {
  const obstacles = {
    boxes: curves.flatMap(({ points }) => points.map((point) => around(...pixel(point, x, y), 12, 12))),
    segments: curves.flatMap(({ points }) => points.slice(1).map((end, i) => segment(points[i] ?? end, end, x, y))),
    frame: { left: 2, top: -6, right: plotSize.width + 110, bottom: plotSize.height - 2 },
  }
  const names = placeLabels(
    curves.map(({ name, points }) => ({
      width: measureText(name, textSize.name, 'bold'),
      height: textSize.name,
      anchors: points
        .slice(-2)
        .reverse()
        .map((point) => anchor(point, x, y)),
      gap: 11,
      directions: rightFirst,
    })),
    obstacles,
  )
  const direct = names.every((name) => name.clear)
  const taken = direct ? names.flatMap((name) => name.box) : []
  const all = curves.flatMap((curve) => curve.points.map((point) => ({ point, curve })))
  const numbers = placeLabels(
    all.map(({ point }) => ({
      width: measureText(point.label, textSize.label),
      height: textSize.label - 2,
      anchors: [anchor(point, x, y)],
      gap: 7,
      directions: upFirst,
    })),
    { ...obstacles, boxes: [...obstacles.boxes, ...taken] },
  )
  const onName = (i: number) => numbers[i]?.box.some((box) => taken.some((name) => overlaps(box, name))) ?? false
  return {
    numbers: all.flatMap(({ point, curve }, i) =>
      point.label === '' || numbers[i]?.onLabel || onName(i) ? [] : [text(point.label, curve, numbers[i], x, y)],
    ),
    names: direct ? curves.map((curve, i) => text(curve.name, curve, names[i], x, y)) : [],
    legend: direct ? [] : legendOf(curves, x, y),
  }
}

/** From pixels right and down of the plot's upper left corner to the units of the axes. */
export function toData(left: number, top: number, x: LinearAxis, y: LinearAxis): { x: number; y: number } {
  return {
    x: x.min + (left / plotSize.width) * (x.max - x.min),
    y: y.min + (1 - top / plotSize.height) * (y.max - y.min),
  }
}

interface At {
  readonly x: number
  readonly y: number
}

function pixel(point: At, x: LinearAxis, y: LinearAxis): [number, number] {
  return [
    ((point.x - x.min) / (x.max - x.min)) * plotSize.width,
    plotSize.height * (1 - (point.y - y.min) / (y.max - y.min)),
  ]
}

function anchor(point: At, x: LinearAxis, y: LinearAxis): At {
  const [left, top] = pixel(point, x, y)
  return { x: left, y: top }
}

function segment(start: At, end: At, x: LinearAxis, y: LinearAxis) {
  const [x1, y1] = pixel(start, x, y)
  const [x2, y2] = pixel(end, x, y)
  return { x1, y1, x2, y2 }
}

function text(words: string, { style }: Curve, at: At | undefined, x: LinearAxis, y: LinearAxis): PlacedText {
  const place = toData(at?.x ?? 0, at?.y ?? 0, x, y)
  return { text: words, ...place, ...style, markX: place.x }
}

function legendOf(curves: readonly Curve[], x: LinearAxis, y: LinearAxis): PlacedText[] {
  return curves.map((curve, i) => {
    const width = measureText(curve.name, textSize.name, 'bold')
    const left = plotSize.width + 24
    const place = toData(left + 14 + width / 2, 10 + 24 * i, x, y)
    return { text: curve.name, ...place, ...curve.style, markX: toData(left, 0, x, y).x }
  })
}
