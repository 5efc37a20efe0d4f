import { Dictionary, Float64, Int32, Table, tableToIPC, Utf8, vectorFromArray, makeVector } from 'apache-arrow'
import { chunkKinds } from '../../recording/vocabulary.ts'
import { readRecording } from '../../result/read-recording.ts'
import type { ExportedPoint, ExportFormat } from './export-format.ts'

/** All chunks of all points as one Arrow IPC file, one row a chunk: what no summary keeps. */
export const arrow: ExportFormat = {
  id: 'arrow',
  about: 'all chunks as one Arrow file (point, request, time, gap, tokens, kind)',
  countsTokens: false,
  async write({ points }) {
    const rows: Rows = { point: [], request: [], chunk: [], sent: [], time: [], gap: [], tokens: [], kind: [] }
    for (const point of points)
      await (point.result.kind === 'servemark' ? addRecorded(rows, point) : addAnswers(rows, point))
    // Without an id of its own a dictionary gets the next of the process: other bytes for the same data.
    const texts = (values: readonly string[], id: number) =>
      vectorFromArray(values, new Dictionary(new Utf8(), new Int32(), id))
    const table = new Table({
      point: texts(rows.point, 0),
      request: makeVector(Int32Array.from(rows.request)),
      chunk: makeVector(Int32Array.from(rows.chunk)),
      request_sent_s: makeVector(Float64Array.from(rows.sent)),
      time_s: makeVector(Float64Array.from(rows.time)),
      gap_s: makeVector(Float64Array.from(rows.gap)),
      tokens: vectorFromArray(rows.tokens, new Float64()),
      kind: texts(rows.kind, 1),
    })
    return [{ name: 'chunks.arrow', content: tableToIPC(table, 'file') }]
  },
}

interface Rows {
  /** `<directory>/<file>` */
  readonly point: string[]
  readonly request: number[]
  readonly chunk: number[]
  /** Seconds since the point's anchor (Unix time in the original's files). */
  readonly sent: number[]
  /** Seconds since the request was sent. */
  readonly time: number[]
  /** Since the chunk before; the first one's since the request was sent. */
  readonly gap: number[]
  readonly tokens: (number | null)[]
  readonly kind: string[]
}

function add(rows: Rows, name: string, request: number, chunk: number, sent: number, time: number, gap: number) {
  rows.point.push(name)
  rows.request.push(request)
  rows.chunk.push(chunk)
  rows.sent.push(sent)
  rows.time.push(time)
  rows.gap.push(gap)
}

async function addRecorded(rows: Rows, { directory, name, result }: ExportedPoint): Promise<void> {
  const { recording } = await readRecording(result.path)
  const { requests, chunks } = recording
  for (let request = 0; request < requests.length; request++) {
    const phase = requests.phase[request]
    const sent = requests.writeStart[request]
    if ((phase !== 'measure' && phase !== 'drain') || sent == null) continue
    let before = sent
    const first = requests.chunkStart[request] ?? 0
    for (let row = first; row < (requests.chunkEnd[request] ?? 0); row++) {
      const time = chunks.time[row] ?? 0
      add(rows, `${directory}/${name}`, request, row - first, sent / 1e9, (time - sent) / 1e9, (time - before) / 1e9)
      const tokens = chunks.tokens[row] ?? -1
      rows.tokens.push(tokens < 0 ? null : tokens)
      rows.kind.push(chunkKinds[chunks.kind[row] ?? 0] ?? 'text')
      before = time
    }
  }
}

/** The original keeps the times of chunks with text only. */
function addAnswers(rows: Rows, { directory, name, requests }: ExportedPoint): void {
  for (const { index, sentUnix, ttft, gaps } of requests) {
    let time = 0
    for (const [chunk, gap] of (ttft === null ? [] : [ttft, ...gaps]).entries()) {
      time += gap
      add(rows, `${directory}/${name}`, index, chunk, sentUnix, time, gap)
      rows.tokens.push(null)
      rows.kind.push('text')
    }
  }
}
