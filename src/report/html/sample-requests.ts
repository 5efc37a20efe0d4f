import { answeredAt, overAt } from '../../recording/request-times.ts'
import { fromJsonColumns } from '../../result/request-columns.ts'
import type { ResultFile } from '../../result/schema.ts'
import { formatCount, shorten } from '../format.ts'
import type { PageRequests } from '../page/data.ts'

/** Requests that all points of a page may embed together, so that it stays well under 20 MB, and a point alone. */
const mostOfPage = 150_000
const mostOfPoint = 1000
/** Of a sample, the share that failed requests may take, and the slowest. */
const failedShare = 0.25
const slowShare = 0.25

/** How many requests a point may embed in a page of so many points. */
export function sampleSize(points: number): number {
  return Math.max(40, Math.min(mostOfPoint, Math.floor(mostOfPage / Math.max(1, points))))
}

export function sampleRule(size: number): string {
  return `Of a point with more than ${formatCount(size)} requests a sample is embedded: the first that failed (up to ${Math.floor(size * failedShare)}), the slowest ${Math.floor(size * slowShare)}, and of the others every n-th in order of sending. The result files have all.`
}

/** The point's measured requests as columns, at most `size` of them. */
export function sampleRequests({ servemark }: ResultFile, size: number): PageRequests {
  const requests = fromJsonColumns(servemark.requests)
  const measured: number[] = []
  for (let row = 0; row < requests.length; row++) {
    if (requests.phase[row] === 'measure' || requests.phase[row] === 'drain') measured.push(row)
  }
  const sentAt = (row: number) => requests.writeStart[row] ?? requests.intended[row] ?? Infinity
  measured.sort((a, b) => sentAt(a) - sentAt(b))
  const start = measured.length > 0 ? sentAt(measured[0] ?? 0) : 0
  const since = (from: number | null | undefined, to: number | null | undefined) =>
    from == null || to == null ? null : Math.round((to - from) / 1e5) / 10
  const ok = (row: number) => requests.outcome[row] === 'ok'
  const e2e = (row: number) =>
    since(requests.writeStart[row], ok(row) ? answeredAt(requests, row) : overAt(requests, row))
  const kept = choose(measured, size, ok, e2e)
  const shown = measured.flatMap((row, place) => (kept === null || kept.has(row) ? [{ row, place }] : []))
  const ended = shown.flatMap(({ row }, i) => {
    if (ok(row)) return []
    const status = requests.httpStatus[row]
    const error = requests.error[row]
    const words = [requests.outcome[row], status != null && status !== 200 ? ` ${status}` : '']
    return [[String(i), `${words.join('')}${error ? `: ${shorten(error, 100)}` : ''}`]]
  })
  return {
    of: measured.length,
    number: shown.map(({ place }) => place + 1),
    sent: shown.map(({ row }) => (sentAt(row) === Infinity ? null : since(start, sentAt(row)))),
    ttft: shown.map(({ row }) => since(requests.writeStart[row], requests.firstToken[row])),
    e2e: shown.map(({ row }) => e2e(row)),
    tokens: shown.map(
      ({ row }) =>
        requests.serverOutputTokens[row] ??
        requests.tokenizerOutputTokens[row] ??
        requests.streamOutputTokens[row] ??
        null,
    ),
    ended: Object.fromEntries(ended) as Record<string, string>,
  }
}

/** Null: all. */
function choose(
  rows: readonly number[],
  size: number,
  ok: (row: number) => boolean,
  e2e: (row: number) => number | null,
): ReadonlySet<number> | null {
  if (rows.length <= size) return null
  const chosen = new Set(rows.filter((row) => !ok(row)).slice(0, Math.floor(size * failedShare)))
  const slowest = rows.filter(ok).sort((a, b) => (e2e(b) ?? 0) - (e2e(a) ?? 0))
  for (const row of slowest.slice(0, Math.floor(size * slowShare))) chosen.add(row)
  const others = rows.filter((row) => !chosen.has(row))
  const left = size - chosen.size
  for (let i = 0; i < left; i++) {
    const row = others[Math.floor((i * others.length) / left)]
    if (row !== undefined) chosen.add(row)
  }
  return chosen
}
