import { printableLine } from '../printable.ts'
import type { ResultFile } from '../result/schema.ts'
import { reportColumns } from './columns.ts'
import { pointNames } from './point-names.ts'
import { inUnit, repeatedPoints } from './runs-text.ts'
import { verdictMarks } from './table-row.ts'

/** The points as a Markdown table, in the given order; where points were run several times, a second one over their runs. */
export function markdownTable(results: readonly ResultFile[]): string {
  const names = pointNames(results)
  const columns = reportColumns.filter(({ head }) => head[0] !== 'load')
  const head = ['verdict', 'point', ...columns.map((column) => column.head.join(' ').trim())]
  const rows = results.map((result, i) => {
    const { status } = result.servemark.verdict
    return [`${verdictMarks[status]} ${status}`, names[i] ?? '', ...columns.map((column) => column.cell(result))]
  })
  const repeated = repeatedRows(results)
  if (repeated.length === 0) return table(head, rows, 2)
  const over = ['point', 'runs', 'figure', 'mean', 'spread', '95 % over the runs']
  return [table(head, rows, 2), table(over, repeated, 3)].join('\n\n')
}

function repeatedRows(results: readonly ResultFile[]): string[][] {
  return repeatedPoints(results).flatMap(({ name, runs, figures }) =>
    figures.map(({ figure, found: { mean, spread, interval } }) => {
      const shown = (value: number | null) => inUnit(figure, value)
      const ends = `${shown(interval.low)} to ${shown(interval.high)}`
      return [name, String(runs), figure.name, shown(mean), shown(spread), ends]
    }),
  )
}

/** The first `words` columns stand left, the others right. */
function table(head: readonly string[], rows: readonly (readonly string[])[], words: number): string {
  const rule = head.map((_, i) => (i < words ? '---' : '---:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n')
}

const escapeCell = (text: string) =>
  printableLine(text)
    .replaceAll('\\', '\\\\')
    .replaceAll('|', String.raw`\|`)
