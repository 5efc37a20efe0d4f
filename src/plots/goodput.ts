import type { Layer } from './chart-frame.ts'
import { raw } from './chart-frame.ts'
import { curveChart, intervalLines, type Curve } from './curve-chart.ts'
import { byGroup, caveatLines, isOpen, curvesOf, serverSize, workOf } from './curves.ts'
import type { DrawnPlot, Plot, PlotInput, PlotSettings, PlottedPoint } from './plot.ts'
import { intervalOf, valueOf } from './plotted-point.ts'
import { overRuns, runsLine } from './repeated-runs.ts'
import { defaultSettings } from './settings.ts'

/** Requests per second that met every objective, against clients, below all requests per second. */
export const goodput: Plot = {
  id: 'goodput',
  name: 'Goodput and load',
  directory: 'goodput',
  about: 'requests per second that met the objectives of the bench file, against clients',
  countsTokens: false,
  comparesDirectories: true,
  draw: (input, settings = defaultSettings) =>
    byGroup(overRuns(input.points)).flatMap(([group, points]) =>
      [false, true].flatMap((open) => drawGroup(open ? `${group}-rate` : group, points, open, input, settings)),
    ),
}

function drawGroup(
  group: string,
  points: readonly PlottedPoint[],
  open: boolean,
  input: PlotInput,
  settings: PlotSettings,
): DrawnPlot[] {
  const named = curvesOf(points, input, settings).flatMap((curve) => {
    const values = curve.points.flatMap((point) => {
      const good = valueOf(point.metrics['goodput'])
      return good === null || isOpen(point) !== open ? [] : [{ point, x: point.load.order, good }]
    })
    return values.length === 0 ? [] : [{ ...curve, values }]
  })
  const all = named.flatMap((curve) => curve.values)
  const first = all[0]
  if (first === undefined) return []
  const curves = named.map(({ name, style, values }): Curve => ({
    name,
    style,
    fit: null,
    points: values.map(({ point, x, good }) => {
      const share = valueOf(point.metrics['goodput_share'])
      const label = share === null ? '' : `${Math.round(share * 100)}%`
      const said = `${name}, ${point.load.long}: ${good.toPrecision(3)} good requests/s ${label}, ${point.status}`
      const yInterval = intervalOf(point.metrics['goodput'])
      return { label, x, y: good, xInterval: null, yInterval, status: point.status, description: said }
    }),
  }))
  const everything: Layer[] = named.map(({ style, values }) => ({
    data: {
      values: values.flatMap(({ point, x }) =>
        point.requestsPerSecond === null ? [] : [{ x, y: point.requestsPerSecond, color: style.color }],
      ),
    },
    mark: { type: 'line', strokeWidth: 1.5, strokeDash: [2, 4], opacity: 0.7, clip: true, aria: false },
    encoding: { stroke: raw('color') },
  }))
  const { model } = first.point.group
  const work = [workOf(first.point), ...serverSize(points, input)]
  const title = `Goodput and load: ${[model, ...work].join(', ')}`
  const spec = curveChart({
    curves,
    title: `${model}: goodput and load`,
    subtitles: [
      work.join(' · '),
      'The number at a point: share of requests that met every objective. Dotted: all requests',
    ],
    description: title,
    caption: [
      ...runsLine(
        all.map(({ point }) => point),
        'means',
      ),
      ...notesOf(all.map(({ point }) => point)),
      ...intervalLines(curves),
      ...caveatLines(all.map(({ point }) => point)),
    ],
    xTitle: open ? 'Requests per second asked for' : 'Clients',
    yTitle: 'Good requests per second (requests/s)',
    theme: input.theme,
    under: everything,
    yTop: Math.max(...all.map(({ point }) => point.requestsPerSecond ?? 0)),
  })
  const data = {
    group,
    curves: named.map(({ name, values }) => ({
      name,
      points: values.map(({ point, good }) => ({
        load: point.load.name,
        clients: point.clients,
        goodput: good,
        goodput_share: valueOf(point.metrics['goodput_share']),
        requests_per_second: point.requestsPerSecond,
        status: point.status,
      })),
    })),
  }
  return [{ group, title, spec, data }]
}

/** The objectives, from the first point's note. */
function notesOf(points: readonly PlottedPoint[]): string[] {
  const block = points[0]?.metrics['goodput']
  const objectives = block && 'note' in block ? /requests met ([^;]+)/.exec(block.note ?? '')?.[1] : undefined
  return objectives === undefined ? [] : [`Objectives: ${objectives}.`]
}
