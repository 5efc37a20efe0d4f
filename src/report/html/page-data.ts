import { printable } from '../../printable.ts'
import type { ResultFile, VerdictFamily } from '../../result/schema.ts'
import { failedCount } from '../columns.ts'
import { charts, figuresOf, pageFigure, shownValue, type ReportFigure } from './report-figures.ts'
import type { PageData, PagePoint, PageValue } from '../page/data.ts'
import { describeFailures } from '../table-row.ts'
import { loadOf, type UnequalWork } from './best.ts'
import { sampleRequests, sampleRule, sampleSize } from './sample-requests.ts'
import type { Arrangement, PlacedResult } from './series.ts'

/** The parts of a verdict, as people name the figures they touch. */
export const familyWords: Readonly<Record<VerdictFamily, string>> = {
  ttft: 'TTFT',
  itl: 'ITL and TPOT',
  e2e: 'latency',
  throughput: 'throughput',
  workload: 'the work asked for',
}

/** `unequal`: by work, what was found of lengths that differ between series. */
export function pageData(
  { series, works, placed }: Arrangement,
  unequal: readonly (readonly UnequalWork[])[],
): PageData {
  const results = placed.map(({ result }) => result)
  const figures = figuresOf(results)
  const keys = new Set(figures.map(({ key }) => key))
  const size = sampleSize(placed.length)
  const repeated = results.some(({ servemark }) => (servemark.point.run ?? 1) > 1)
  return {
    figures: figures.map((figure) => pageFigure(figure, results)),
    charts: charts
      .map((chart) => ({ ...chart, y: chart.y.filter((key) => keys.has(key)) }))
      .filter(({ x, y }) => y.length > 0 && (x === null || keys.has(x))),
    series,
    works,
    points: placed.map((each) => ({
      ...pagePoint(each, figures, unequal[each.work] ?? [], size),
      run: repeated ? (each.result.servemark.point.run ?? 1) : null,
    })),
    sampleRule: sampleRule(size),
  }
}

function pagePoint(
  { result, series, work }: PlacedResult,
  figures: readonly ReportFigure[],
  unequal: readonly UnequalWork[],
  size: number,
): Omit<PagePoint, 'run'> {
  const { verdict, outcomes, thresholds } = result.servemark
  const load = loadOf(result) ?? { short: '?', long: '?', order: 0, closed: true }
  return {
    series,
    work,
    load,
    status: verdict.status,
    reasons: verdict.reasons.map(({ status, text, family }) => ({ status, text, touches: familyWords[family] })),
    values: figures.map((figure) => rounded(shownValue(figure, result))),
    ok: outcomes.ok,
    failed: failedCount(result),
    failures: describeFailures(result),
    thresholds: thresholds.map(({ status, text }) => ({ met: status === 'passed', text })),
    marks: [
      ...unequal.filter((each) => each.load.long === load.long && each.series.includes(series)).map(({ text }) => text),
      ...(isClassic(result) ? ["The prompts are the original's draws: caches may know them."] : []),
    ],
    requests: sampleRequests(result, size),
  }
}

export const isClassic = ({ servemark }: ResultFile) => servemark.point.prompts === 'classic'

/** Six digits are more than any figure is exact to. */
function rounded(value: PageValue): PageValue {
  if (value === null) return null
  const short = (number: number) => Number(number.toPrecision(6))
  const side = (bound: number | null) => (bound === null ? null : short(bound))
  return 'above' in value ? { above: short(value.above) } : [short(value[0]), side(value[1]), side(value[2])]
}

/** JSON that may stand in a script element, whatever its texts hold. */
export function embeddedJson(data: unknown): string {
  const json = JSON.stringify(data, (_, value: unknown) => (typeof value === 'string' ? printable(value) : value))
  return json.replaceAll('<', String.raw`\u003c`)
}
