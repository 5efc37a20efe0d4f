import { deadlineMethodNames, type DeadlineMethod } from '../metrics/classic/deadlines.ts'
import { effectiveThroughput as formula } from '../metrics/classic/effective-throughput.ts'
import type { ClassicPoint } from '../metrics/classic/classic-point.ts'
import { classicChart } from './classic-chart.ts'
import { backendLabels, classicGroups, groupTuple } from './classic-names.ts'
import { curveChart, type Curve } from './curve-chart.ts'
import { byGroup, caveatLines, curvesOf, serverSize, workOf, type NamedCurve } from './curves.ts'
import { fitCurve, fitData } from './fit-data.ts'
import { cssColor, defaultCycle } from './matplotlib-names.ts'
import type { DrawnPlot, Plot, PlotInput, PlotSettings } from './plot.ts'
import { runsLine } from './repeated-runs.ts'
import { defaultSettings } from './settings.ts'

/**
 * Requests per second that met the original's deadlines, against clients: a figure for each generation rate and each of its
 * two ways to hold a stream against the rate.
 */
export const effectiveThroughput: Plot = {
  id: 'effective-throughput',
  name: 'Effective throughput',
  directory: 'goodtput',
  about: "requests per second that met the original's deadlines (prompt and generation rates), against clients",
  countsTokens: true,
  comparesDirectories: true,
  draw(input, settings = defaultSettings) {
    const classic = settings.look === 'classic'
    const groups = classic ? [] : byGroup(input.points)
    return settings.generationRates.flatMap((rate) =>
      deadlineMethodNames.flatMap((method) => [
        ...(classic ? drawClassic(input, settings, rate, method) : []),
        ...groups.flatMap(([, points]) => drawGroup(curvesOf(points, input, settings), input, settings, rate, method)),
      ]),
    )
  },
}

/** What each method asks of a stream, for people. */
const methodWords: Readonly<Record<DeadlineMethod, string>> = {
  cum: '"cum": no token later than an even flow of that rate from the first token on',
  ema16: '"ema16": the moving mean gap (span 16) always shorter than at that rate',
}

const goodputOf = ({ requests }: ClassicPoint, settings: PlotSettings, rate: number, method: DeadlineMethod) =>
  formula(requests, method, { prompt: settings.promptRate, generation: rate })

function drawGroup(
  curves: readonly NamedCurve[],
  input: PlotInput,
  settings: PlotSettings,
  rate: number,
  method: DeadlineMethod,
): DrawnPlot[] {
  const reasons = new Set<string>()
  const found = curves.map((curve) => ({
    curve,
    values: curve.points.flatMap((point) => {
      if (point.classic === null) return []
      const goodput = goodputOf(point.classic, settings, rate, method)
      if (goodput.value === null) reasons.add(`${curve.name} clients=${point.clients}: ${goodput.note}`)
      return goodput.value === null ? [] : [{ point, classic: point.classic, goodput }]
    }),
  }))
  const first = found.flatMap(({ values }) => values)[0]
  if (first === undefined) {
    if (rate === settings.generationRates[0])
      for (const reason of reasons) settings.tell(`effective-throughput: ${reason}`)
    return []
  }
  const { model } = first.point.group
  const stem = stemOf(first.classic, settings, rate, method)
  const drawn = found.map(({ curve: { name, style }, values }): Curve => {
    const points = values.map(({ point: { clients, load, status }, goodput }) => {
      const share = `${Math.round(goodput.passedShare * 100)}%`
      const said = `${name}, ${load.long}: ${goodput.value.toPrecision(3)} requests/s in time (${share}), ${status}`
      const at = { x: clients ?? 0, y: goodput.value, xInterval: null, yInterval: null }
      return { ...at, label: share, status, description: said }
    })
    return { name, style, points, fit: null }
  })
  const rates = `prompt ${settings.promptRate} tokens/s, generation ${rate} tokens/s (${method})`
  const work = [workOf(first.point), ...serverSize([first.point], input)]
  const title = `Effective throughput at ${rates}: ${[model, ...work].join(', ')}`
  const spec = curveChart({
    curves: drawn.filter((curve) => curve.points.length > 0),
    title: `${model}: effective throughput at ${rate} tokens/s (${method})`,
    subtitles: [
      work.join(' · '),
      `In time: first token within prompt tokens / ${settings.promptRate} s; ${methodWords[method]}`,
      'The number at a point: share of its requests in time',
    ],
    description: title,
    caption: [
      ...runsLine(
        found.flatMap(({ values }) => values.map(({ point }) => point)),
        'each',
      ),
      ...caveatLines(found.flatMap(({ values }) => values.map(({ point }) => point))),
      ...(reasons.size === 0 ? [] : [`Not drawn: ${[...reasons].join('; ')}.`]),
    ],
    xTitle: 'Clients',
    yTitle: 'Requests in time per second (requests/s)',
    under: [],
    yTop: 0,
    theme: input.theme,
  })
  const data = {
    group: groupTuple(first.classic.group),
    sla_prompt: settings.promptRate,
    sla_generation: rate,
    method,
    curves: found.map(({ curve, values }) => ({
      name: curve.name,
      points: values.map(({ point: { clients, status }, goodput }) => ({
        clients,
        effective_throughput: goodput.value,
        passed_share: goodput.passedShare,
        status,
      })),
    })),
    not_drawn: [...reasons],
  }
  return [{ group: stem, title, spec, data }]
}

function stemOf({ group }: ClassicPoint, settings: PlotSettings, rate: number, method: DeadlineMethod): string {
  const { model, tensorParallel, maxRaggedBatchSize, replicas, promptTokens, outputTokens } = group
  const many = replicas === 1 ? '' : `_r${replicas}`
  return `${model}_SLAp${settings.promptRate}g${rate}_tp${tensorParallel}_b${maxRaggedBatchSize}${many}_p${promptTokens}g${outputTokens}_${method}`
}

/** The original's figure: points by backend and a quartic through each, from -0.05. */
function drawClassic(input: PlotInput, settings: PlotSettings, rate: number, method: DeadlineMethod): DrawnPlot[] {
  return classicGroups(input.points).flatMap(({ group, curves }) => {
    const series = curves.flatMap(({ name, backend, points }) => {
      const values = points.flatMap((point) => {
        const goodput = goodputOf(point, settings, rate, method)
        return goodput.value === null ? [] : [{ x: point.clients, y: goodput.value, passedShare: goodput.passedShare }]
      })
      return values.length === 0 ? [] : [{ name, look: backendLabels[backend], values }]
    })
    const first = curves[0]?.points[0]
    if (series.length === 0 || first === undefined) return []
    const stem = stemOf(first, settings, rate, method)
    const title = `Effective throughput (SLA prompt: ${settings.promptRate} tokens/s, generation: ${rate} tokens/s)\nModel: ${group.model} Prompt: ${group.promptTokens}, Generation: ${group.outputTokens}, TP: ${group.tensorParallel}`
    const [xTitle, yTitle] = ['Number of clients', 'Effective throughput (queries/s)']
    const spec = classicChart({
      title,
      xTitle,
      yTitle,
      yFrom: -0.05,
      theme: input.theme,
      caption: [`Deadlines held by "${method}". The original's look: the line is a fit of degree 4.`],
      series: series.map(({ name, look, values }, i) => ({
        label: look?.label ?? name,
        color: cssColor(look?.color ?? `C${i}`) ?? defaultCycle[0],
        marker: look?.marker ?? 'o',
        linestyle: '--',
        points: values.map(({ x, y }) => ({ x, y })),
        line: fitCurve(values, 4).filter((at) => at.y >= -0.05),
      })),
    })
    const data = {
      group: groupTuple(group),
      sla_prompt: settings.promptRate,
      sla_generation: rate,
      method,
      file: `${stem}.png`,
      title,
      xlabel: xTitle,
      ylabel: yTitle,
      backends: Object.fromEntries(
        series.map(({ name, values }) => [
          name,
          {
            clients: values.map(({ x }) => x),
            effective_throughput: values.map(({ y }) => y),
            passed_share: values.map(({ passedShare }) => passedShare),
            fit: fitData(values, 4),
          },
        ]),
      ),
    }
    return [{ group: stem, title: title.replaceAll('\n', ', '), spec, data }]
  })
}
