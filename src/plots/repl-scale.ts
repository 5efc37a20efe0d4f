import { replicaScaling } from '../metrics/classic/replica-scaling.ts'
import { barChart } from './bar-chart.ts'
import { classicCurves } from './classic-names.ts'
import { caveatLines, curvesOf, workOf, type NamedCurve } from './curves.ts'
import { fitData } from './fit-data.ts'
import { groupName, type DrawnPlot, type Plot, type PlotInput, type PlotSettings, type PlottedPoint } from './plot.ts'
import { polynomialAt } from './polynomial-fit.ts'
import { defaultSettings } from './settings.ts'

/** Throughput against the number of replicas, at one number of clients a replica; a figure a label and load. */
export const replScale: Plot = {
  id: 'repl-scale',
  name: 'Replica scaling',
  directory: 'repl_scale',
  about: 'requests per second against replicas, at the same number of clients a replica',
  countsTokens: false,
  comparesDirectories: false,
  draw: (input, settings = defaultSettings) =>
    settings.look === 'classic' ? drawClassic(input, settings) : drawMeasured(input, settings),
}

const wanted = (load: number, settings: PlotSettings) =>
  settings.clientsPerReplica === null || settings.clientsPerReplica === load

function drawMeasured(input: PlotInput, settings: PlotSettings): DrawnPlot[] {
  const sets = Map.groupBy(input.points, ({ group }) => groupName({ ...group, replicas: null }))
  return [...sets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, points]) => {
      const curves = curvesOf(points, input, settings)
      return curves.flatMap((curve) => drawCurve(curve, curves.length > 1, input, settings))
    })
}

function drawCurve(curve: NamedCurve, named: boolean, input: PlotInput, settings: PlotSettings): DrawnPlot[] {
  const loadOf = ({ clients, group }: PlottedPoint) =>
    clients === null || group.replicas === null ? null : clients / group.replicas
  const uneven = curve.points.filter((point) => !Number.isInteger(loadOf(point) ?? 0))
  return [...Map.groupBy(curve.points, loadOf)]
    .sort(([a], [b]) => (a ?? 0) - (b ?? 0))
    .flatMap(([load, members]) => {
      if (load === null || !Number.isInteger(load) || !wanted(load, settings)) return []
      return drawLoad(load, members, uneven, curve, named, input, settings)
    })
}

function drawLoad(
  load: number,
  members: readonly PlottedPoint[],
  uneven: readonly PlottedPoint[],
  { name, style }: NamedCurve,
  named: boolean,
  input: PlotInput,
  settings: PlotSettings,
): DrawnPlot[] {
  const bars = members
    .flatMap((point) => (point.requestsPerSecond === null ? [] : [{ point, rate: point.requestsPerSecond }]))
    .sort((a, b) => (a.point.group.replicas ?? 0) - (b.point.group.replicas ?? 0))
  const first = bars[0]
  const replicas = bars.map(({ point }) => point.group.replicas ?? 0)
  if (first === undefined || new Set(replicas).size < 2) {
    settings.tell(
      `repl-scale: ${name}, ${load} clients a replica: ${replicas.length === 0 ? 'no rate' : 'one number of replicas'} only`,
    )
    return []
  }
  const { group } = first.point
  const stem = `${stemOf(group, load)}${named ? `_${name.replaceAll(/[^\w.-]+/g, '_')}` : ''}`
  const work = [
    `${load} clients a replica`,
    workOf(first.point),
    ...(group.tensorParallel === null ? [] : [`tensor parallel ${group.tensorParallel}`]),
  ]
  const title = `Replica scaling of ${name}: ${[group.model, ...work].join(', ')}`
  const linear = replicas.map((count) => (first.rate * count) / (replicas[0] || 1))
  const worst = bars.map(({ point }) => point.status).sort(byBadness)[0] ?? 'valid'
  const left = uneven.map((point) => `${point.clients} clients on ${point.group.replicas} replicas`)
  const spec = barChart({
    title: `${group.model}: ${name}`,
    subtitles: [
      work.join(' · '),
      'Above a bar: requests/s, and its share of linear growth from the first bar (dashed)',
    ],
    description: title,
    caption: [
      ...caveatLines(bars.map(({ point }) => point)),
      ...(left.length === 0
        ? []
        : [`Not of a whole number of clients a replica, so in no figure: ${left.join(', ')}.`]),
    ],
    theme: input.theme,
    categories: replicas.map(String),
    series: [
      {
        name,
        color: style.color,
        status: worst,
        values: bars.map(({ rate }) => rate),
        labels: bars.map(({ rate }, i) => `${rate.toPrecision(3)} (${Math.round((rate / (linear[i] || 1)) * 100)}%)`),
      },
    ],
    xTitle: 'Replicas',
    yTitle: 'Throughput (requests/s, measured)',
    reference: { name: 'linear', values: linear, shape: 'marks' },
    positions: null,
  })
  const data = {
    model: group.model,
    clients_per_replica: load,
    curve: name,
    replicas,
    requests_per_second: bars.map(({ rate }) => rate),
    status: bars.map(({ point }) => point.status),
    uneven: left,
  }
  return [{ group: stem, title, spec, data }]
}

const badness = { invalid: 0, suspect: 1, valid: 2 } as const
const byBadness = (a: keyof typeof badness, b: keyof typeof badness) => badness[a] - badness[b]

function stemOf(group: PlottedPoint['group'] | Omit<PlottedPoint['group'], 'replicas'>, load: number): string {
  const model = group.model.replaceAll(/[^\w.-]+/g, '_')
  const batch = group.maxRaggedBatchSize === 768 || !group.maxRaggedBatchSize ? '' : `_b${group.maxRaggedBatchSize}`
  return `repl_scale_${model}_tp${group.tensorParallel}${batch}_p${group.promptTokens}g${group.outputTokens}_c_per_r${load}`
}

/** The original's figure of each label: bars and a line through them; floor(clients / replicas) is its load. */
function drawClassic(input: PlotInput, settings: PlotSettings): DrawnPlot[] {
  return classicCurves(input.points).flatMap(({ name, suffix, backend, points }) =>
    replicaScaling(points).flatMap(({ group, clientsPerReplica, replicas, throughput }) => {
      const pairs = replicas.flatMap((x, i) => {
        const y = throughput[i] ?? null
        return y === null ? [] : [{ x, y }]
      })
      if (pairs.length === 0 || !wanted(clientsPerReplica, settings)) return []
      const fit = fitData(pairs, 1)
      const stem = `${stemOf(group, clientsPerReplica)}${suffix}`
      const title = `Model: ${group.model}, Prompt: ${group.promptTokens}, Generation: ${group.outputTokens}\n                TP: ${group.tensorParallel}, Clients/Replica: ${clientsPerReplica}`
      const [heading = '', below = ''] = title.split('\n')
      const spec = barChart({
        title: heading,
        subtitles: [below.trim()],
        description: title.replaceAll(/\s+/g, ' '),
        caption: ["The original's look: queries/s by Little's law, clients a replica rounded down, the line is a fit."],
        theme: input.theme,
        categories: pairs.map(({ x }) => String(x)),
        series: [{ name, color: '#0000ff', status: 'valid', values: pairs.map(({ y }) => y), labels: [] }],
        xTitle: 'Number of replicas',
        yTitle: 'Throughput (queries/s)',
        reference: {
          name: 'fit',
          values: pairs.map(({ x }) => polynomialAt(fit?.coefficients ?? [], x)),
          shape: 'line',
        },
        positions: pairs.map(({ x }) => x),
      })
      const data = {
        backend,
        directory: name,
        model: group.model,
        tp: group.tensorParallel,
        prompt: group.promptTokens,
        gen: group.outputTokens,
        clients_per_replica: clientsPerReplica,
        replicas,
        throughput,
        fit,
        file: `${stem}.png`,
        title,
        xlabel: 'Number of replicas',
        ylabel: 'Throughput (queries/s)',
      }
      return [{ group: stem, title: title.replaceAll(/\s+/g, ' '), spec, data }]
    }),
  )
}
