import { metrics } from '../../metrics/index.ts'
import type { Metric } from '../../metrics/metric.ts'
import type { ResultFile } from '../../result/schema.ts'
import type { PageChart, PageFigure, PageValue } from '../page/data.ts'

type Part = 'mean' | 'p50' | 'p90' | 'p99'

/** A number of a point that the report shows, in the words of its metric's declaration. */
export interface ReportFigure {
  readonly key: string
  readonly metric: Metric
  /** Null: a scalar. */
  readonly part: Part | null
  /** Its short name without the part, and with it. */
  readonly head: string
  readonly name: string
  /** It has a column in the table of points; the others are in curves and stories only. */
  readonly column: boolean
}

const figure = (id: string, part: Part | null, head: string, column = true): ReportFigure => {
  const metric: Metric | undefined = metrics.find((each) => each.id === id)
  if (metric === undefined) throw new Error(`no metric ${id}`)
  return part === null
    ? { key: id, metric, part, head, name: head, column }
    : { key: `${id}.${part}`, metric, part, head, name: `${head} ${part}`, column }
}

/** Every figure of the report, in its order. */
const all: readonly ReportFigure[] = [
  figure('request_throughput', null, 'Requests'),
  figure('output_token_throughput', null, 'Output'),
  figure('goodput', null, 'Goodput'),
  figure('ttft', 'p50', 'TTFT'),
  figure('ttft', 'p90', 'TTFT', false),
  figure('ttft', 'p99', 'TTFT'),
  figure('itl', 'p50', 'ITL'),
  figure('itl', 'p90', 'ITL', false),
  figure('itl', 'p99', 'ITL'),
  figure('tpot', 'mean', 'TPOT'),
  figure('e2e_latency', 'mean', 'Latency'),
  figure('e2e_latency', 'p50', 'Latency', false),
  figure('e2e_latency', 'p90', 'Latency', false),
  figure('e2e_latency', 'p99', 'Latency'),
  figure('output_length', 'mean', 'Answer'),
]

export const charts: readonly PageChart[] = [
  {
    id: 'curve',
    title: 'Latency against throughput',
    x: 'output_token_throughput',
    y: ['e2e_latency.p50', 'e2e_latency.p90', 'e2e_latency.p99'],
  },
  { id: 'throughput', title: 'Throughput', x: null, y: ['output_token_throughput'] },
  { id: 'ttft', title: 'Time to first token', x: null, y: ['ttft.p50', 'ttft.p90', 'ttft.p99'] },
  { id: 'itl', title: 'Time between chunks', x: null, y: ['itl.p50', 'itl.p90', 'itl.p99'] },
]

/** Those that any of the results has: no goodput without objectives, no TTFT without streaming. */
export function figuresOf(results: readonly ResultFile[]): ReportFigure[] {
  return all.filter((figure) => results.some((result) => shownValue(figure, result) !== null))
}

/** In the measured unit, with the 95 % interval; percentiles count failed requests as endless. */
export function shownValue({ metric, part }: ReportFigure, { servemark }: ResultFile): PageValue {
  const block = servemark.metrics[metric.id]
  if (block === undefined) return null
  if ('value' in block) {
    return block.value === null ? null : [block.value, block.interval?.low ?? null, block.interval?.high ?? null]
  }
  if (part === null) return null
  const censored = part === 'mean' ? undefined : block.censored?.[part]
  if (censored && 'at_least' in censored) return censored.at_least === null ? null : { above: censored.at_least }
  const value = censored ? censored.value : block[part]
  const interval = censored ? censored.interval : block.intervals?.[part]
  return value === null ? null : [value, interval?.low ?? null, interval?.high ?? null]
}

/** As the page shows it: so many digits that the smallest value of all results keeps three. */
export function pageFigure(figure: ReportFigure, results: readonly ResultFile[]): PageFigure {
  const { id, better, show } = figure.metric
  const values = results.flatMap((result) => {
    const value = shownValue(figure, result)
    const plain = value === null ? null : 'above' in value ? value.above : value[0]
    return plain === null || plain <= 0 ? [] : [plain * show.scale]
  })
  const smallest = values.reduce((least, value) => Math.min(least, value), Infinity)
  const digits = smallest === Infinity ? 0 : Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(smallest))))
  const { key, name } = figure
  return { key, metric: id, name, unit: show.unit, scale: show.scale, digits, better }
}
