import { assumedSpread, runsForSpread } from '../metrics/comparison/change.ts'
import type { ComparedFigure, ComparedPoint, Comparison, ComparisonVerdict } from '../metrics/comparison/compare.ts'
import type { Regression } from '../metrics/comparison/regressions.ts'
import type { ResultFile } from '../result/schema.ts'
import { formatNumber, formatSeconds, plural, undefinedMark } from './format.ts'
import { pointNames } from './point-names.ts'

/** How the comparison stands to the user: all figures, or only those that changed or cannot be told. */
export type Detail = 'all' | 'changes'

/** Lines for a terminal: what was compared, each point's figures, what the intervals hold. */
export function comparisonLines(comparison: Comparison, baseline: string, detail: Detail = 'all'): string[] {
  const names = comparisonNames(comparison)
  const lines = [`Against ${baseline}: ${comparisonTally(comparison)}`]
  for (const [i, point] of comparison.points.entries()) {
    const shown = point.figures.filter((each) => detail === 'all' || isChange(each))
    if (shown.length === 0 && point.cautions.length === 0) continue
    lines.push(`  ${names[i]}${point.cautions.map((text) => `; ${text}`).join('')}`)
    lines.push(...aligned(shown.map((each) => withArrow(comparedCells(each)))).map((line) => `    ${line}`))
  }
  return [...lines, ...comparisonNotes(comparison).map((line) => `  ${line}`)]
}

/** The same as a Markdown table for a pull request, changes first. */
export function comparisonMarkdown(comparison: Comparison, baseline: string): string {
  const names = comparisonNames(comparison)
  const rows = comparison.points.flatMap((point, i) =>
    point.figures.map((each) => ({ verdict: each.verdict, cells: [names[i] ?? '', ...comparedCells(each)] })),
  )
  const ordered = rows.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  const head = ['point', 'figure', 'before', 'after', 'change (95 %)', 'verdict']
  const table = [
    head,
    head.map((_, i) => (i < 2 ? '---' : i === 5 ? '---' : '---:')),
    ...ordered.map((row) => row.cells),
  ]
  const cautions = comparison.points.flatMap((point, i) => point.cautions.map((text) => `${names[i]}: ${text}`))
  return [
    `**Against ${escape(baseline)}: ${comparisonTally(comparison)}**`,
    '',
    ...table.map((row) => `| ${row.map(escape).join(' | ')} |`),
    '',
    ...[...cautions, ...comparisonNotes(comparison)].map((line) => `${escape(line)}  `),
  ].join('\n')
}

/** One line for each reason why the gate is not passed. */
export function regressionLines(comparison: Comparison, found: readonly Regression[], allowed: number): string[] {
  const names = comparisonNames(comparison)
  const nameOf = (point: ComparedPoint) => names[comparison.points.indexOf(point)] ?? ''
  return found.map((each) => {
    switch (each.kind) {
      case 'worse':
        return `✗ ${nameOf(each.point)}: ${each.figure.figure.name} worse by ${percent(each.by)}: ${withArrow(comparedCells(each.figure)).slice(1, 4).join(' ')}; allowed ${percent(allowed)}`
      case 'invalid':
        return `✗ ${nameOf(each.point)}: an invalid point passes no comparison (--allow-invalid judges it nevertheless)`
      case 'unknown':
        return `✗ ${nameOf(each.point)}: no figure could be compared: ${each.point.figures.flatMap(({ change }) => (change.kind === 'unknown' ? [change.why] : []))[0] ?? 'none was measured'}`
      case 'nothing':
        return '✗ no point was measured on both sides: nothing could be compared'
    }
  })
}

const order: readonly ComparisonVerdict[] = ['worse', 'better', 'cannot tell', 'same']
const isChange = ({ verdict }: ComparedFigure) => verdict === 'worse' || verdict === 'better'

/** `2 worse, 1 better, 3 cannot tell, 10 same` */
export function comparisonTally({ points }: Comparison): string {
  const verdicts = points.flatMap((point) => point.figures.map((each) => each.verdict))
  const counts = order.flatMap((verdict) => {
    const count = verdicts.filter((each) => each === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  return counts.length === 0 ? 'no point in common' : `${counts.join(', ')} (of ${plural(points.length, 'point')})`
}

/** Figure, before, after, change with its interval, verdict. */
export function comparedCells({ figure, before, after, change, verdict }: ComparedFigure): string[] {
  const seconds = figure.unit === 's'
  const shown = (value: number | null) =>
    value === null ? undefinedMark : seconds ? formatSeconds(value) : `${formatNumber(value)} ${figure.unit}`
  const changed =
    change.kind === 'unknown'
      ? change.why
      : `${signed(change.change)} (${signed(change.low)} to ${signed(change.high)})`
  return [figure.name, shown(before), shown(after), changed, marks[verdict]]
}

const withArrow = ([name = '', before = '', after = '', ...rest]: readonly string[]) => [
  name,
  before,
  `-> ${after}`,
  ...rest,
]

const marks: Readonly<Record<ComparisonVerdict, string>> = {
  worse: '✗ worse',
  better: '✓ better',
  same: '= same',
  'cannot tell': '? cannot tell',
}

/** What the intervals hold, and which points had no counterpart. */
export function comparisonNotes({ together, runs, alone }: Comparison): string[] {
  if (together === 0) return []
  const spread =
    runs >= runsForSpread
      ? `Intervals are of the spread between ${runs} runs or more.`
      : `Intervals are of the spread within the runs, and ${percent(assumedSpread)} between runs is assumed; --repeats ${runsForSpread} on both sides measures it.`
  return [
    `"better" and "worse" hold for all ${plural(together, 'figure')} at once; "same" is within 5 %.`,
    spread,
    ...(alone.length > 0 ? [`${plural(alone.length, 'point')} had no counterpart: ${namesFor(alone).join(', ')}`] : []),
  ]
}

/** A name for each compared point. */
export const comparisonNames = ({ points }: Comparison) => namesFor(points.flatMap((point) => point.after.slice(0, 1)))
const namesFor = (results: readonly ResultFile[]) => pointNames(results)

const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`
const signed = (share: number) => `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} %`

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

const escape = (text: string) =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', String.raw`\|`)
    .replaceAll('\n', ' ')
