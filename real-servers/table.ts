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
    outcome.kind === 'skipped'
      ? `SKIPPED: ${outcome.why}`
      : `${outcome.passed} passed${outcome.failed > 0 ? `, ${outcome.failed} FAILED` : ''}`,
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
