import {
  classicSkipped,
  tokenLatencyPercentiles,
  type Skipped,
  type TokenLatencyPercentiles,
} from '../metrics/classic/token-latency-percentiles.ts'
import type { VerdictStatus } from '../result/schema.ts'
import { barChart } from './bar-chart.ts'
import { backendLabels, groupTuple } from './classic-names.ts'
import { caveatLines, curvesOf, serverSize, workOf, byGroup } from './curves.ts'
import { cssColor } from './matplotlib-names.ts'
import type { DrawnPlot, Plot, PlotInput, PlotSettings, PlottedPoint } from './plot.ts'
import { defaultSettings } from './settings.ts'

/** P50, P90 and P95 of the gaps between tokens, side by side for all that was measured at one load. */
export const latencyPercentile: Plot = {
  id: 'latency-percentile',
  name: 'Token latency percentiles',
  directory: 'percentile_token_latency',
  about: 'P50, P90 and P95 of the gaps between tokens, side by side, a figure for each number of clients',
  countsTokens: false,
  comparesDirectories: true,
  draw: (input, settings = defaultSettings) =>
    byGroup(input.points).flatMap(([, points]) => {
      const loads = Map.groupBy(points, (point) => point.clients)
      return [...loads]
        .sort(([a], [b]) => (a ?? 0) - (b ?? 0))
        .flatMap(([clients, members]) => (clients === null ? [] : drawLoad(clients, members, input, settings)))
    }),
}

const percentiles = ['p50', 'p90', 'p95'] as const

/** The first generation of the original left out more. */
const firstGeneration: Skipped = { requests: 100, headTokens: 2 }
const skippedOf = (point: PlottedPoint, settings: PlotSettings): Skipped =>
  settings.skipped ?? (point.generation === 1 ? firstGeneration : classicSkipped)

interface Found {
  readonly name: string
  readonly point: PlottedPoint
  readonly color: string
  readonly value: TokenLatencyPercentiles
}

function drawLoad(
  clients: number,
  points: readonly PlottedPoint[],
  input: PlotInput,
  settings: PlotSettings,
): DrawnPlot[] {
  const found: Found[] = []
  const reasons: string[] = []
  const classic = settings.look === 'classic'
  for (const { name, style, points: members } of curvesOf(points, input, settings)) {
    for (const [run, point] of members.entries()) {
      if (point.classic === null) continue
      const result = tokenLatencyPercentiles(point.classic.requests, skippedOf(point, settings))
      const shown = run === 0 ? name : `${name} (run ${run + 1})`
      const look = classic ? backendLabels[point.backend] : undefined
      if (result.value === null) reasons.push(`${shown} clients=${clients}: ${result.note}`)
      else found.push({ name: shown, point, color: cssColor(look?.color ?? '') ?? style.color, value: result.value })
    }
  }
  const first = found[0]?.point.classic
  if (first == null || found[0] === undefined) {
    for (const reason of reasons) settings.tell(`latency-percentile: ${reason}`)
    return []
  }
  const { group } = first
  const stem = stemOf(first.group, clients)
  const classicTitle = `Model: ${group.model}, Clients: ${clients}, Prompt: ${group.promptTokens}, Gen: ${group.outputTokens}, TP: ${group.tensorParallel}`
  const { point } = found[0]
  const work = [point.load.long, workOf(point), ...serverSize([point], input)]
  const skipped = skippedOf(point, settings)
  const title = classic ? classicTitle : `Token latency percentiles: ${[point.group.model, ...work].join(', ')}`
  const { unit, scale } = unitOf(classic ? [1] : found.flatMap(({ value }) => percentiles.map((name) => value[name])))
  const spec = barChart({
    title: classic ? classicTitle : `${point.group.model}: latency between tokens`,
    subtitles: classic
      ? []
      : [work.join(' · '), `Gaps between token chunks, pooled; left out: ${skippedText(skipped)}`],
    description: title,
    caption: [
      ...(classic ? [] : caveatLines(found.map((each) => each.point))),
      ...(reasons.length === 0 ? [] : [`Not drawn: ${reasons.join('; ')}.`]),
    ],
    theme: input.theme,
    categories: ['P50', 'P90', 'P95'],
    series: found.map(({ name, point: { status, backend }, color, value }) => ({
      name: classic ? (backendLabels[backend]?.label ?? name) : name,
      color,
      status: classic ? ('valid' satisfies VerdictStatus) : status,
      values: percentiles.map((each) => value[each] * scale),
      labels: percentiles.map((each) => (classic ? '' : (value[each] * scale).toPrecision(3))),
    })),
    xTitle: '',
    yTitle: `Latency (${unit})`,
    reference: null,
    positions: null,
  })
  const data = {
    group: groupTuple(group),
    clients,
    skip_head_token_num: skipped.headTokens,
    skip_request_num: skipped.requests,
    backends: Object.fromEntries(
      found.map(({ name, value }) => [name, { pooled: value.pooled, p50: value.p50, p90: value.p90, p95: value.p95 }]),
    ),
    file: `${stem}.png`,
    title: classicTitle,
    ylabel: 'Latency (s)',
    not_drawn: reasons,
  }
  return [{ group: stem, title, spec, data }]
}

/** The original's name, and the sizes that it leaves out where they are not its usual ones. */
function stemOf(group: NonNullable<PlottedPoint['classic']>['group'], clients: number): string {
  const batch =
    group.maxRaggedBatchSize === 768 || group.maxRaggedBatchSize === 0 ? '' : `_b${group.maxRaggedBatchSize}`
  const replicas = group.replicas === 1 ? '' : `_r${group.replicas}`
  return `p95_token_latency_${group.model}_c${clients}_tp${group.tensorParallel}${batch}${replicas}_p${group.promptTokens}g${group.outputTokens}`
}

/** Of `token_gen_time` the first entry is the time to the first token. */
function skippedText({ requests, headTokens }: Skipped): string {
  const first = headTokens <= 1 ? 'the last one' : `the first ${headTokens - 1} and the last one`
  return `${first} of each request${requests === 0 ? '' : `, and the ${requests === 1 ? 'first and the last request' : `first and last ${requests} requests`}`}`
}

function unitOf(values: readonly number[]) {
  return Math.max(...values) < 1 ? { unit: 'ms', scale: 1000 } : { unit: 's', scale: 1 }
}
