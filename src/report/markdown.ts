import { printableLine } from '../printable.ts'
import type { ResultFile } from '../result/schema.ts'
import { reportColumns } from './columns.ts'
import { pointNames } from './point-names.ts'
import { verdictMarks } from './table-row.ts'

/** The points as a Markdown table, in the given order. */
export function markdownTable(results: readonly ResultFile[]): string {
  const names = pointNames(results)
  const columns = reportColumns.filter(({ head }) => head[0] !== 'load')
  const head = ['verdict', 'point', ...columns.map((column) => column.head.join(' ').trim())]
  const rows = results.map((result, i) => {
    const { status } = result.servemark.verdict
    return [`${verdictMarks[status]} ${status}`, names[i] ?? '', ...columns.map((column) => column.cell(result))]
  })
  const rule = head.map((_, i) => (i < 2 ? '---' : '---:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n')
}

const escapeCell = (text: string) =>
  printableLine(text)
    .replaceAll('\\', '\\\\')
    .replaceAll('|', String.raw`\|`)
