import type { Outcome } from './checklist.ts'
import type { VisitReport } from './visit.ts'

const heads = ['server', 'version', 'points', 'ok requests', 'time', 'checks'] as const

/** One row a server, in the order of the visits. */
export function visitTable(reports: readonly VisitReport[]): string {
  const rows = reports.map(({ name, version, points, okRequests, seconds, outcome }) => [
    name,
    version ?? '-',
    String(points),
    String(okRequests),
    `${Math.round(seconds)} s`,
    outcomeText(outcome),
  ])
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0
        if (column === heads.length - 1) return cell
        return column >= 2 ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
  return [line(heads), ...rows.map(line)].join('\n')
}

function outcomeText(outcome: Outcome): string {
  if (outcome.kind === 'skipped') return `SKIPPED: ${outcome.why}`
  const { passed, failed, unjudged } = outcome
  const rest = [failed > 0 ? `, ${failed} FAILED` : '', unjudged > 0 ? `, ${unjudged} not judged` : '']
  return `${passed} passed${rest.join('')}`
}
