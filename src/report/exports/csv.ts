import type { ExportFormat } from './export-format.ts'
import { requestRecord } from './request-record.ts'

/** One row a request, all points below each other. */
export const csv: ExportFormat = {
  id: 'csv',
  about: 'one row a request',
  countsTokens: true,
  write({ points }) {
    const records = points.flatMap((point) => point.requests.map((request) => requestRecord(point, request)))
    const heads = Object.keys(records[0] ?? { file: '' })
    const rows = records.map((record) => Object.values(record).map(cell).join(','))
    return Promise.resolve([{ name: 'requests.csv', content: `${[heads.join(','), ...rows].join('\r\n')}\r\n` }])
  },
}

/** RFC 4180; a text that a spreadsheet would take for a formula begins with an apostrophe. */
function cell(value: string | number | boolean | null | readonly number[]): string {
  if (value === null) return ''
  const text = Array.isArray(value) ? value.join(' ') : String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
