import type { PageChart, PageData, PageFigure, PagePoint, PageSeries, PageValue } from './data.ts'
import { px, shape } from './elements.ts'
import { valueText } from './figure-text.ts'
import { markPath } from './mark-path.ts'
import { apart, scaleOf, tickText, type Scale } from './scale.ts'
import { pointTitle } from './story.ts'

export interface ChartView {
  readonly data: PageData
  readonly chart: PageChart
  /** Key of the figure on the y axis. */
  readonly y: string
  /** Positions of the points to draw. */
  readonly points: readonly number[]
  readonly width: number
  readonly height: number
}

/** A point that the chart has a place for. */
interface Mark {
  readonly index: number
  readonly point: PagePoint
  readonly x: number
  readonly y: number
  /** The y value is only known to lie above. */
  readonly above: boolean
}

/** Pixels between the axes and the edge. */
const margin = { left: 60, right: 20, top: 30, bottom: 44 }
/** Loads that span more go on a logarithmic axis. */
const widestLoads = 6
/** More points than this get no number beside them. */
const mostLabels = 60

/** One chart; null when no point has both values. Each point is a button, one of them in the order of Tab. */
export function drawChart(view: ChartView): SVGElement | null {
  const { data, chart, width, height } = view
  const xFigure = chart.x === null ? null : figureAt(data, chart.x)
  const yFigure = figureAt(data, view.y)
  const all = view.points.flatMap((index) => {
    const point = data.points[index]
    return point === undefined ? [] : [{ index, point }]
  })
  const placed = all.flatMap(({ index, point }) => {
    const x = xFigure === null ? point.load.order : plain(valueAt(xFigure, point))
    const y = plain(valueAt(yFigure, point))
    return x === null || y === null ? [] : [{ index, point, x, y }]
  })
  if (placed.length === 0) return null
  const xs = placed.map((each) => each.x * (xFigure?.figure.scale ?? 1))
  const ys = placed.flatMap(({ point }) => spanOf(valueAt(yFigure, point)).map((each) => each * yFigure.figure.scale))
  const xScale =
    xFigure === null
      ? scaleOf(xs, margin.left, width - margin.right, 6, widestLoads)
      : scaleOf(xs, margin.left, width - margin.right, Math.max(3, Math.floor(width / 110)))
  const yScale = scaleOf(ys, height - margin.bottom, margin.top, 5)
  const marks = placed.map(({ index, point, x, y }): Mark => {
    const value = valueAt(yFigure, point)
    return {
      index,
      point,
      x: px(xScale.at(x * (xFigure?.figure.scale ?? 1))),
      y: px(yScale.at(y * yFigure.figure.scale)),
      above: value !== null && 'above' in value,
    }
  })
  return shape(
    'svg',
    {
      class: 'chart',
      viewBox: `0 0 ${width} ${height}`,
      role: 'group',
      'aria-label': `${chart.title}, ${yFigure.figure.name}: arrow keys go from point to point, Enter opens one`,
    },
    ...axes(view, xScale, yScale, xFigure?.figure ?? null, yFigure.figure, placed),
    ...data.series.flatMap((series, i) =>
      line(
        series,
        marks.filter(({ point }) => point.series === i),
      ),
    ),
    ...marks.flatMap((mark) => intervals(mark, data, xFigure, yFigure, xScale, yScale)),
    ...(marks.length > mostLabels || xFigure === null ? [] : loadLabels(marks, width)),
    ...marks.map((mark, i) => markElement(mark, data, yFigure, i === 0)),
  )
}

interface Located {
  readonly figure: PageFigure
  readonly place: number
}

function figureAt(data: PageData, key: string): Located {
  const place = data.figures.findIndex((figure) => figure.key === key)
  const figure = data.figures[place]
  if (figure === undefined) throw new Error(`no figure ${key}`)
  return { figure, place }
}

const valueAt = ({ place }: Located, point: PagePoint): PageValue => point.values[place] ?? null

function plain(value: PageValue): number | null {
  return value === null ? null : 'above' in value ? value.above : value[0]
}

/** The value and what its interval reaches to. */
function spanOf(value: PageValue): number[] {
  if (value === null) return []
  return 'above' in value ? [value.above] : value.filter((each) => each !== null)
}

function axes(
  { width, height }: ChartView,
  x: Scale,
  y: Scale,
  xFigure: PageFigure | null,
  yFigure: PageFigure,
  placed: readonly { readonly point: PagePoint }[],
): SVGElement[] {
  const [right, bottom] = [width - margin.right, height - margin.bottom]
  const loads = [...new Map(placed.map(({ point: { load } }) => [load.order, load.short]))].sort(([a], [b]) => a - b)
  const xTicks = xFigure === null ? loads : x.ticks.map((tick) => [tick, tickText(tick)] as const)
  const shown = apart(
    xTicks.map(([tick]) => x.at(tick)),
    xFigure === null ? 26 : 40,
  )
  const closed = placed.every(({ point }) => point.load.closed)
  const loadName = closed ? 'clients' : placed.some(({ point }) => point.load.closed) ? 'load' : 'requests/s asked for'
  const xName = xFigure === null ? loadName : `${xFigure.name}, ${xFigure.unit}`
  return [
    ...y.ticks.map((tick) => shape('path', { class: 'grid', d: `M${margin.left} ${px(y.at(tick))}H${right}` })),
    ...y.ticks.map((tick) =>
      shape('text', { x: margin.left - 8, y: px(y.at(tick)) + 4, 'text-anchor': 'end' }, tickText(tick)),
    ),
    shape('path', { class: 'frame', d: `M${margin.left} ${bottom}H${right}` }),
    ...xTicks.flatMap(([tick, text], i) =>
      shown[i] ? [shape('text', { x: px(x.at(tick)), y: bottom + 18, 'text-anchor': 'middle' }, text)] : [],
    ),
    shape('text', { class: 'axis', x: 8, y: 14 }, `${yFigure.name}, ${yFigure.unit}${y.log ? ' (log scale)' : ''}`),
    shape(
      'text',
      { class: 'axis', x: right, y: height - 6, 'text-anchor': 'end' },
      `${xName}${x.log ? ' (log scale)' : ''}`,
    ),
  ]
}

/** Through the means of each load's runs; broken where a point is invalid or only known to lie above. */
function line(series: PageSeries, marks: readonly Mark[]): SVGElement[] {
  const loads = [...Map.groupBy(marks, ({ point }) => point.load.order)].sort(([a], [b]) => a - b)
  let d = ''
  let drawing = false
  for (const [, runs] of loads) {
    const usable = runs.filter(({ point, above }) => point.status !== 'invalid' && !above)
    if (usable.length === 0) drawing = false
    else {
      const middle = (of: (mark: Mark) => number) => px(usable.reduce((sum, mark) => sum + of(mark), 0) / usable.length)
      d += `${drawing ? 'L' : 'M'}${middle((mark) => mark.x)} ${middle((mark) => mark.y)}`
      drawing = true
    }
  }
  if (d === '') return []
  return [shape('path', { class: 'curve', d, stroke: series.color, 'stroke-dasharray': series.dash })]
}

function intervals(
  mark: Mark,
  data: PageData,
  xFigure: Located | null,
  yFigure: Located,
  x: Scale,
  y: Scale,
): SVGElement[] {
  const stroke = data.series[mark.point.series]?.color ?? 'currentColor'
  const bar = (d: string) => shape('path', { class: `interval ${mark.point.status}`, d, stroke })
  const ends = (located: Located | null) => {
    const value = located === null ? null : valueAt(located, mark.point)
    if (located === null || value === null || 'above' in value) return null
    const [, low, high] = value
    return low === null || high === null ? null : [low * located.figure.scale, high * located.figure.scale]
  }
  const [across, up] = [ends(xFigure), ends(yFigure)]
  return [
    ...(across === null ? [] : [bar(`M${px(x.at(across[0] ?? 0))} ${mark.y}H${px(x.at(across[1] ?? 0))}`)]),
    ...(up === null ? [] : [bar(`M${mark.x} ${px(y.at(up[0] ?? 0))}V${px(y.at(up[1] ?? 0))}`)]),
  ]
}

/** The load beside each point, where there is room. */
function loadLabels(marks: readonly Mark[], width: number): SVGElement[] {
  const taken = marks.map(({ x, y }) => ({ left: x - 7, right: x + 7, top: y - 7, bottom: y + 7 }))
  return marks.flatMap(({ x, y, point }) => {
    const room = 7 * point.load.short.length + 2
    const places = [
      { left: x + 7, top: y - 18 },
      { left: x - 7 - room, top: y - 18 },
      { left: x + 7, top: y + 5 },
      { left: x - 7 - room, top: y + 5 },
    ].map(({ left, top }) => ({ left, top, right: left + room, bottom: top + 13 }))
    const free = places.find(
      (box) =>
        box.left > margin.left &&
        box.right < width &&
        !taken.some(
          (other) =>
            box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom,
        ),
    )
    if (free === undefined) return []
    taken.push(free)
    return [shape('text', { class: 'load', x: px(free.left + 1), y: px(free.top + 11) }, point.load.short)]
  })
}

function markElement(
  { index, point, x, y, above }: Mark,
  data: PageData,
  yFigure: Located,
  first: boolean,
): SVGElement {
  const series = data.series[point.series]
  const color = series?.color ?? 'currentColor'
  const value = valueAt(yFigure, point)
  return shape(
    'g',
    {
      class: `point ${point.status}`,
      'data-point': index,
      transform: `translate(${x} ${y})`,
      tabindex: first ? 0 : -1,
      role: 'button',
      'aria-label': `${pointTitle(data, point)}, ${point.status}: ${yFigure.figure.name} ${valueText(yFigure.figure, value)} ${yFigure.figure.unit}`,
    },
    shape('circle', { class: 'halo', r: 12 }),
    point.marks.length === 0 ? null : shape('circle', { class: 'ring', r: 9 }),
    shape('path', { class: 'body', d: markPath(series?.shape ?? 'circle', 5), fill: color, stroke: color }),
    above ? shape('path', { class: 'above', d: 'M0 -8V-20M-4 -15L0 -20L4 -15' }) : null,
    point.status === 'invalid' ? shape('path', { class: 'cross', d: 'M-6 -6L6 6M6 -6L-6 6' }) : null,
  )
}
