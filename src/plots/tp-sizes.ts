import { classicParametersBillion } from '../metrics/classic/formulas.ts'
import { tpSizes as sets } from '../metrics/classic/tp-sizes.ts'
import { classicChart } from './classic-chart.ts'
import { classicCurves } from './classic-names.ts'
import { curveChart, type Curve } from './curve-chart.ts'
import { caveatLines, curvesOf, loadWords, serverSize, workOf, type NamedCurve } from './curves.ts'
import { fitCurve, fitData } from './fit-data.ts'
import { defaultCycle } from './matplotlib-names.ts'
import { groupName, type DrawnPlot, type Plot, type PlotInput, type PlotSettings, type PlottedPoint } from './plot.ts'
import { valueOf } from './plotted-point.ts'
import { defaultSettings } from './settings.ts'

/** Arithmetic done per GPU against mean latency, a curve for each tensor-parallel degree; a figure a label. */
export const tpSizes: Plot = {
  id: 'tp-sizes',
  name: 'Tensor-parallel sizes',
  directory: 'tp_sizes',
  about: 'TFLOPs per GPU against mean latency, a curve for each tensor-parallel degree',
  countsTokens: false,
  comparesDirectories: false,
  draw: (input, settings = defaultSettings) =>
    settings.look === 'classic' ? drawClassic(input) : drawMeasured(input, settings),
}

function drawMeasured(input: PlotInput, settings: PlotSettings): DrawnPlot[] {
  const groups = Map.groupBy(input.points, ({ group }) => groupName({ ...group, tensorParallel: null }))
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, points]) => {
      const curves = curvesOf(points, input, settings)
      return curves.flatMap((curve) => drawCurve(curve, curves.length > 1, input, settings))
    })
}

interface Pair {
  readonly point: PlottedPoint
  readonly x: number
  readonly y: number
}

function drawCurve(curve: NamedCurve, named: boolean, input: PlotInput, settings: PlotSettings): DrawnPlot[] {
  const pairs = curve.points.flatMap((point): Pair[] => {
    const [x, y] = [teraflopsOf(point), point.meanLatencySeconds]
    return x === null || y === null ? [] : [{ point, x, y }]
  })
  const first = pairs[0]
  if (first === undefined) {
    const model = curve.points[0]?.group.model
    settings.tell(`tp-sizes: ${curve.name}: nothing drawn, the size of ${model} or the number of tokens is not known`)
    return []
  }
  const byDegree = [...Map.groupBy(pairs, ({ point }) => point.group.tensorParallel ?? 1)].sort(([a], [b]) => a - b)
  const shapes = ['circle', 'square', 'diamond', 'triangle-up', 'triangle-down', 'triangle-right'] as const
  const curves = byDegree.map(([degree, members], i): Curve => {
    const name = `TP=${degree}`
    const points = members.map(({ point: { load, status }, x, y }) => {
      const said = `${name}, ${load.long}: ${x.toPrecision(3)} TFLOP/s per GPU, ${y.toPrecision(3)} s, ${status}`
      return { label: load.short, x, y, xInterval: null, yInterval: null, status, description: said }
    })
    const color = degreeColors[i % degreeColors.length] ?? degreeColors[0]
    return { name, style: { color, shape: shapes[i % shapes.length] ?? 'circle', dash: [] }, points, fit: null }
  })
  const { group } = first.point
  const degrees = byDegree.map(([degree]) => degree)
  const stem = `${stemOf({ ...group, replicas: group.replicas ?? 1 }, degrees)}${named ? `_${curve.name.replaceAll(/[^\w.-]+/g, '_')}` : ''}`
  const work = [workOf(first.point), ...serverSize([first.point], input, ['tp'])]
  const title = `Tensor-parallel sizes of ${curve.name}: ${[group.model, ...work].join(', ')}`
  const spec = curveChart({
    curves,
    title: `${group.model}: ${curve.name}`,
    subtitles: [work.join(' · '), loadWords(pairs.map(({ point }) => point))],
    description: title,
    caption: [
      ...caveatLines(pairs.map(({ point }) => point)),
      ...(pairs.some(({ point }) => point.generation !== null)
        ? ["TFLOPs of the original's files: from the size in the model's name and the nominal lengths."]
        : []),
    ],
    xTitle: 'TFLOP/s per GPU (measured rate)',
    yTitle: 'Mean latency (s)',
    under: [],
    yTop: 0,
    theme: input.theme,
  })
  const data = {
    model: group.model,
    curve: curve.name,
    tp: byDegree.map(([degree, members]) => ({
      tensor_parallel: degree,
      points: members.map(({ point: { clients, status }, x, y }) => ({
        clients,
        tflops_per_gpu: x,
        mean_latency_s: y,
        status,
      })),
    })),
  }
  return [{ group: stem, title, spec, data }]
}

const degreeColors = ['#2f7ed8', '#e07b00', '#1a9d6e', '#c2559b', '#8a63d2', '#b8860b'] as const

/** As the file says; for the original's, measured rate x nominal tokens x 2 x parameters. */
function teraflopsOf(point: PlottedPoint): number | null {
  const own = valueOf(point.metrics['tflops_per_gpu'])
  if (own !== null || point.generation === null) return own
  const { model, tensorParallel, promptTokens, outputTokens } = point.group
  const billions = billionsOf(model)
  if (billions === null || point.requestsPerSecond === null || !tensorParallel) return null
  return (point.requestsPerSecond * billions * ((promptTokens ?? 0) + (outputTokens ?? 0)) * 2e-3) / tensorParallel
}

/** `opt-1.3b` is 1.3 here. A mixture of experts (`8x7b`) does not tell what a token takes: null. */
function billionsOf(model: string): number | null {
  if (/\d+x\d/i.test(model)) return null
  const match = /(\d+\.\d+)([bm])/i.exec(model)
  if (!match) return classicParametersBillion(model)
  return Number(match[1]) / (match[2]?.toLowerCase() === 'm' ? 1000 : 1)
}

function stemOf(
  group: {
    model: string
    maxRaggedBatchSize: number | null
    replicas: number
    promptTokens: number | null
    outputTokens: number | null
  },
  degrees: readonly number[],
): string {
  const model = group.model.replaceAll(/[^\w.-]+/g, '_')
  const batch = group.maxRaggedBatchSize === 768 || !group.maxRaggedBatchSize ? '' : `_b${group.maxRaggedBatchSize}`
  return `tp_sizes_${model}_tp${degrees.join('_')}${batch}_p${group.promptTokens}g${group.outputTokens}r${group.replicas}`
}

/** The original's figure of each label, with a cubic a degree. */
function drawClassic(input: PlotInput): DrawnPlot[] {
  return classicCurves(input.points).flatMap(({ name, suffix, backend, points }) =>
    sets(points).flatMap(({ group, degrees }) => {
      const tp = degrees.flatMap(({ tensorParallel, tflopsPerGpu, latency }) => {
        const pairs = tflopsPerGpu.flatMap((x, i) => {
          const y = latency[i] ?? null
          return x === null || y === null ? [] : [{ x, y }]
        })
        return pairs.length === 0 ? [] : [{ tensorParallel, pairs }]
      })
      if (tp.length === 0) return []
      const values = tp.map(({ tensorParallel }) => tensorParallel)
      const stem = `${stemOf(group, values)}${suffix}`
      const title = `Model: ${group.model}, Prompt: ${group.promptTokens}, Generation: ${group.outputTokens}, TP: [${values.join(', ')}]\n        Replicas: ${group.replicas}, Backend: ${backend}`
      const [xTitle, yTitle] = ['TFLOPs (per GPU)', 'Latency (s)']
      const spec = classicChart({
        title,
        xTitle,
        yTitle,
        yFrom: null,
        theme: input.theme,
        caption: [
          "The original's look: the lines are fits of degree 3; the size comes from the first digits before b or m in the model's name.",
        ],
        series: tp.map(({ tensorParallel, pairs }, i) => ({
          label: `TP=${tensorParallel}`,
          color: defaultCycle[i % defaultCycle.length] ?? defaultCycle[0],
          marker: 'o',
          linestyle: '--',
          points: pairs,
          line: fitCurve(pairs, 3),
        })),
      })
      const data = {
        backend,
        directory: name,
        model: group.model,
        prompt: group.promptTokens,
        gen: group.outputTokens,
        replicas: group.replicas,
        tp: tp.map(({ tensorParallel, pairs }) => ({
          label: `TP=${tensorParallel}`,
          tflops_per_gpu: pairs.map(({ x }) => x),
          latency: pairs.map(({ y }) => y),
          fit: fitData(pairs, 3),
        })),
        file: `${stem}.png`,
        title,
        xlabel: xTitle,
        ylabel: yTitle,
      }
      return [{ group: stem, title: title.replaceAll(/\s+/g, ' '), spec, data }]
    }),
  )
}
