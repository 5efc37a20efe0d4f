import type { ExportFormat } from './export-format.ts'
import { requestRecord } from './request-record.ts'

/** One line a request, all points below each other, with the gaps between its chunks. */
export const jsonl: ExportFormat = {
  id: 'jsonl',
  about: 'one JSON line a request',
  countsTokens: true,
  write({ points }) {
    const lines = points.flatMap((point) =>
      point.requests.map((request) => JSON.stringify(requestRecord(point, request))),
    )
    return Promise.resolve([{ name: 'requests.jsonl', content: lines.map((line) => `${line}\n`).join('') }])
  },
}
