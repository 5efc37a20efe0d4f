import { basename, dirname } from 'node:path'
import type { ResultFile } from '../result/schema.ts'
import { findingsOf, shareOfWorst, worstStatus, type Finding } from './findings.ts'
import { formatCount, formatDuration, plural } from './format.ts'
import { pointNames } from './point-names.ts'
import { failureKind, nearPath, verdictMarks } from './table-row.ts'

/** How the test of a point ended. */
export type PointStatus = 'passed' | 'missed' | 'behind' | 'failed' | 'invalid' | 'broken' | 'cancelled'

export interface ClosingFacts {
  readonly command: string
  readonly started: Date
  readonly ended: Date
  readonly results: readonly ResultFile[]
  /** Absolute paths of the result files. */
  readonly files: readonly string[]
  readonly statuses: readonly PointStatus[]
  /** Absolute paths of the plots' files. */
  readonly plots: readonly string[]
  readonly report: string | null
  /** Absolute path of the run's index. */
  readonly index: string
  readonly interrupted: boolean
}

/** The last lines of a run: verdict and thresholds with reasons, where everything is, and what to do next. */
export function closingSummary(facts: ClosingFacts): string[] {
  const { results } = facts
  const blocks = [
    [headline(facts)],
    results.length === 0 ? [] : verdictLines(results),
    thresholdLines(results),
    failureLines(results),
    [...new Set(results.flatMap((result) => result.servemark.server.caveat ?? []))],
    placeLines(facts),
    nextLines(facts),
  ]
  return blocks.flatMap((block) => (block.length === 0 ? [] : [''].concat(block)))
}

const endings: Readonly<Record<PointStatus, string>> = {
  passed: 'passed',
  missed: 'missed a threshold',
  behind: 'behind the baseline',
  failed: 'failed',
  invalid: 'invalid',
  broken: 'without a result',
  cancelled: 'cancelled',
}

function headline({ statuses, results, started, ended, interrupted }: ClosingFacts): string {
  const requests = results.reduce((sum, result) => sum + result.servemark.point.requests, 0)
  const seconds = (ended.getTime() - started.getTime()) / 1000
  const counts = Object.entries(endings).flatMap(([status, words]) => {
    const count = statuses.filter((each) => each === status).length
    return count === 0 ? [] : [`${count} ${words}`]
  })
  const work = `${plural(statuses.length, 'point')}, ${plural(requests, 'request')} in ${formatDuration(seconds)}`
  return `${interrupted ? 'Interrupted: ' : ''}${work}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`
}

function verdictLines(results: readonly ResultFile[]): string[] {
  const verdict = `Verdict: ${worstStatus(results)} (${shareOfWorst(results)})`
  return [verdict, ...findingsOf(results).map((finding) => `  ${findingLine(finding)}`)]
}

export function findingLine({ status, where, text, families }: Finding): string {
  return `${verdictMarks[status]} ${where}: ${text} [${families.join(', ')}]`
}

function thresholdLines(results: readonly ResultFile[]): string[] {
  const names = pointNames(results)
  const all = results.flatMap((result, i) => result.servemark.thresholds.map((each) => ({ ...each, name: names[i] })))
  const missed = all.filter((each) => each.status === 'missed')
  if (all.length === 0) return []
  return [
    `Thresholds: ${formatCount(all.length - missed.length)} of ${formatCount(all.length)} met`,
    ...missed.map((each) => `  ✗ ${each.name}: ${each.text}`),
  ]
}

/** What became of the requests that were not ok, all points together, most first. */
function failureLines(results: readonly ResultFile[]): string[] {
  const all = results.flatMap(({ servemark }) => servemark.failures)
  if (all.length === 0) return []
  const groups = Map.groupBy(all, ({ outcome, http_status }) => `${outcome} ${http_status}`)
  const kinds = [...groups.values()].flatMap((group) => {
    const [first] = group
    return first ? [{ ...first, count: group.reduce((sum, { count }) => sum + count, 0) }] : []
  })
  const failed = kinds.reduce((sum, { count }) => sum + count, 0)
  const measured = results.flatMap(({ servemark }) => Object.values(servemark.outcomes))
  const total = measured.reduce((sum, count) => sum + count, 0)
  return [
    `Failed: ${formatCount(failed)} of ${plural(total, 'request')}`,
    ...kinds
      .toSorted((a, b) => b.count - a.count)
      .map((kind) => `  ${failureKind(kind)}${kind.meaning ? `: ${kind.meaning}` : ''}`),
  ]
}

function placeLines({ files, plots, report, index }: ClosingFacts): string[] {
  const folders = [...Map.groupBy(files, (file) => dirname(file))]
  return labelled([
    ...folders.map(
      ([folder, inside]) => ['results', `${nearPath(folder)} (${plural(inside.length, 'file')})`] as const,
    ),
    ...plotLines(plots),
    ...(report === null ? [] : [['report', nearPath(report)] as const]),
    ['run', nearPath(index)],
  ])
}

/** The curve by its path; the others by their folder, since a run may draw dozens. */
function plotLines(plots: readonly string[]): (readonly [string, string])[] {
  const pictures = plots.filter((path) => path.endsWith('.png'))
  const curves = pictures.filter((path) => basename(dirname(path)) === 'throughput_latency')
  const shown = curves.length > 0 ? curves : pictures.slice(0, 1)
  const [first] = shown
  const more = pictures.length - shown.length
  const lines = shown.map((path) => ['plot', nearPath(path)] as const)
  return first === undefined || more === 0
    ? lines
    : [...lines, ['plot', `${nearPath(dirname(dirname(first)))} (${more} more)`]]
}

function nextLines({ command, results }: ClosingFacts): string[] {
  const benches = new Set(results.map((result) => result.servemark.point.bench))
  const next: (readonly [string, string])[] = [['again', command]]
  if (benches.has('example')) {
    next.push(
      ['your endpoint', 'npm run bench -- --project openai --base-url http://host:8000'],
      ['your model', 'npm run bench -- --project example --model ./model.gguf, or one new file in benches/'],
    )
  }
  return labelled(next)
}

/** A label stands only at the first of its lines. */
function labelled(lines: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...lines.map(([label]) => label.length))
  return lines.map(([label, text], i) => `${(lines[i - 1]?.[0] === label ? '' : label).padEnd(width)}  ${text}`)
}
