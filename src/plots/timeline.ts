import { stallMedians } from '../metrics/stalls.ts'
import { quantile } from '../metrics/statistics.ts'
import { frameAxis, framedChart, raw, type ChartFrame, type Layer } from './chart-frame.ts'
import { axisFromZero } from './axis.ts'
import { byGroup, curvesOf, serverSize, workOf } from './curves.ts'
import { toData } from './curve-labels.ts'
import { textSize } from './figure.ts'
import { measureText } from './font.ts'
import type { DrawnPlot, Plot, PlotInput, PlottedPoint, PlottedRequest } from './plot.ts'
import { defaultSettings } from './settings.ts'

/** One point's requests over time, a row a client: waiting, then writing, with the stalls in between. */
export const timeline: Plot = {
  id: 'timeline',
  name: 'Timeline of a point',
  directory: 'timeline',
  about: 'the requests of a point as bars over time, a row a client, with stalls and failures',
  countsTokens: false,
  comparesDirectories: false,
  draw(input, settings = defaultSettings) {
    const curves = byGroup(input.points).flatMap(([group, points]) =>
      curvesOf(points, input, settings).map((curve) => ({ group, curve })),
    )
    const all = curves.reduce((sum, { curve }) => sum + curve.points.length, 0)
    const few = all > settings.mostTimelines
    if (few) settings.tell(`timeline: ${all} points, so only the heaviest load of each curve is drawn`)
    return curves.flatMap(({ group, curve }) => {
      const points = few ? curve.points.slice(-1) : curve.points
      return points.flatMap((point, run) => {
        const again = points.slice(0, run).filter((other) => other.load.name === point.load.name).length
        return drawPoint(`${group}-${fileName(curve.name)}`, curve.name, point, again, input)
      })
    })
  },
}

const fileName = (text: string) => text.replaceAll(/[^\w.-]+/g, '_')

const verdictLines = {
  suspect: 'The verdict on this point is suspect; the report says why.',
  invalid: 'The verdict on this point is invalid; do not use it.',
} as const

/** More cannot be told apart, and make a file that is slow to open. */
const mostRequests = 600

function drawPoint(stem: string, name: string, point: PlottedPoint, again: number, input: PlotInput): DrawnPlot[] {
  const all = point.requests()
  if (all.length === 0) return []
  const shown = all.slice(0, mostRequests)
  const rows = rowsOf(shown)
  const gaps = Float64Array.from(all.flatMap((request) => request.gaps)).sort()
  const median = quantile(gaps, 0.5)
  const limit = median === null || median === 0 ? Infinity : stallMedians * median
  const end = Math.max(...shown.map((request) => request.end))
  const count = Math.max(0, ...rows) + 1
  const bars = shown.map((request, i) => ({ request, row: rows[i] ?? 0, stalls: stallsOf(request, limit) }))
  const { model } = point.group
  const work = [workOf(point), ...serverSize([point], input)]
  const run = again === 0 ? '' : ` (run ${again + 1})`
  const title = `Timeline of ${name}, ${point.load.long}${run}: ${[model, ...work].join(', ')}`
  const rowTicks = Array.from({ length: count }, (_, i) => i).filter((i) => i % Math.ceil(count / 16) === 0)
  const known = shown.every((request) => request.client !== null)
  const frame: ChartFrame = {
    title: `${model}: ${name}, ${point.load.long}${run}`,
    subtitles: [work.join(' · ')],
    description: title,
    caption: [
      ...(shown.length < all.length ? [`The first ${shown.length} of ${all.length} requests.`] : []),
      ...(known ? [] : ['The file does not tell which client sent a request: rows are filled as they get free.']),
      ...(Number.isFinite(limit)
        ? [`Stall: a gap between tokens over ${(limit * 1000).toPrecision(3)} ms, ${stallMedians} times the median.`]
        : []),
      ...(point.status === 'valid' || point.generation !== null ? [] : [verdictLines[point.status]]),
      ...(point.caveat === null ? [] : [point.caveat]),
    ],
    x: frameAxis(axisFromZero(end, 8), 'Time since the first request was sent (s)'),
    y: frameAxis({ min: count - 0.5, max: -0.5, ticks: rowTicks, format: 'd' }, known ? 'Client' : 'Row', {
      grid: false,
    }),
    theme: input.theme,
  }
  const spec = framedChart(frame, barLayers(bars, count, frame))
  const data = {
    curve: name,
    load: point.load.name,
    clients: point.clients,
    stall_over_s: Number.isFinite(limit) ? limit : null,
    requests: bars.map(({ request, row, stalls }) => ({
      row,
      outcome: request.outcome,
      sent_s: request.sent,
      first_token_s: request.firstToken,
      end_s: request.end,
      stalls_s: stalls,
    })),
  }
  const suffix = `-${point.load.name.replaceAll(/[^\w.]+/g, '')}${again === 0 ? '' : `-run${again + 1}`}`
  return [{ group: `${stem}${suffix}`, title, spec, data }]
}

const parts = [
  { id: 'wait', name: 'waiting for the first token', color: '#9fb8d6' },
  { id: 'write', name: 'tokens arriving', color: '#2f7ed8' },
  { id: 'stall', name: 'stall', color: '#e07b00' },
  { id: 'failed', name: 'failed', color: '#cf222e' },
] as const
type Part = (typeof parts)[number]['id']

interface Bar {
  readonly request: PlottedRequest
  readonly row: number
  readonly stalls: readonly (readonly [number, number])[]
}

function barLayers(bars: readonly Bar[], count: number, frame: ChartFrame): Layer[] {
  const height = count > 40 ? 0.42 : 0.36
  const color = (part: Part) => parts.find(({ id }) => id === part)?.color ?? ''
  const boxes = bars.flatMap(({ request, row, stalls }) => {
    const { sent, firstToken, end, outcome } = request
    const box = (part: Part, from: number, to: number, thin = 1) => ({
      part,
      x: from,
      x2: to,
      y: row - height * thin,
      y2: row + height * thin,
      color: color(part),
      description: `${part}, row ${row}: ${from.toFixed(3)} to ${to.toFixed(3)} s, ${outcome}`,
    })
    if (outcome !== 'ok') return [box('failed', sent, Math.max(end, sent))]
    return [
      box('wait', sent, firstToken ?? end),
      ...(firstToken === null ? [] : [box('write', firstToken, end)]),
      ...stalls.map(([from, to]) => box('stall', from, to)),
    ]
  })
  const used = new Set(boxes.map((box) => box.part))
  let left = 0
  const keys = parts
    .filter(({ id }) => used.has(id))
    .map(({ name, color: fill }) => {
      const here = left
      left += measureText(name, textSize.label) + 46
      const corner = toData(here, -18, frame.x, frame.y)
      const other = toData(here + 14, -6, frame.x, frame.y)
      const words = toData(here + 20, -12, frame.x, frame.y)
      return { name, fill, box: { x: corner.x, y: corner.y, x2: other.x, y2: other.y }, words }
    })
  return [
    {
      data: { values: boxes },
      mark: { type: 'rect', stroke: frame.theme.hollow, strokeWidth: boxes.length > 400 ? 0.3 : 0.8 },
      encoding: { x2: { field: 'x2' }, y2: { field: 'y2' }, fill: raw('color'), description: raw('description') },
    },
    {
      data: { values: keys.map(({ fill, box }) => ({ fill, ...box })) },
      mark: { type: 'rect', aria: false },
      encoding: { x2: { field: 'x2' }, y2: { field: 'y2' }, fill: raw('fill') },
    },
    {
      data: { values: keys.map(({ name, words }) => ({ name, ...words })) },
      mark: { type: 'text', align: 'left', fontSize: textSize.label, fill: frame.theme.muted, aria: false },
      encoding: { text: raw('name') },
    },
  ]
}

function stallsOf({ firstToken, gaps }: PlottedRequest, limit: number): [number, number][] {
  if (firstToken === null) return []
  let time = firstToken
  return gaps.flatMap((gap): [number, number][] => {
    const from = time
    time += gap
    return gap > limit ? [[from, time]] : []
  })
}

/** By client; where the file does not tell, the first row that is free. */
function rowsOf(requests: readonly PlottedRequest[]): number[] {
  const clients = [...new Set(requests.map((request) => request.client))].sort((a, b) => (a ?? 0) - (b ?? 0))
  if (!clients.includes(null)) return requests.map((request) => clients.indexOf(request.client))
  const free: number[] = []
  return requests.map(({ sent, end }) => {
    const found = free.findIndex((time) => time <= sent + 1e-9)
    const row = found === -1 ? free.length : found
    free[row] = end
    return row
  })
}
