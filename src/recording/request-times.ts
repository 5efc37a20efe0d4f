import type { Recording, RequestColumns } from './recording.ts'

/** Rows of the request's token-carrying chunks, in order of arrival. */
export function tokenChunkRows(recording: Recording, request: number): number[] {
  const rows: number[] = []
  const end = recording.requests.chunkEnd[request] ?? 0
  for (let row = recording.requests.chunkStart[request] ?? 0; row < end; row++) {
    if (recording.chunks.carriesToken[row] === 1) rows.push(row)
  }
  return rows
}

/** Seconds from sending to the first chunk that carries a token, then from each such chunk to the next. */
export function tokenGaps(recording: Recording, request: number): number[] {
  let before = recording.requests.writeStart[request] ?? 0
  return tokenChunkRows(recording, request).map((row) => {
    const time = recording.chunks.time[row] ?? 0
    const gap = (time - before) / 1e9
    before = time
    return gap
  })
}

/** Rows that the original's part of a result file holds: ok requests of the measured phase. */
export function classicRows({ requests }: Recording): number[] {
  const rows: number[] = []
  for (let row = 0; row < requests.length; row++) {
    if (requests.outcome[row] === 'ok' && requests.phase[row] === 'measure') rows.push(row)
  }
  return rows
}

/** When the answer was there: the later of last token and finish reason, else the end mark; ns since the anchor. */
export function answeredAt(requests: RequestColumns, request: number): number | null {
  return latest([requests.lastToken[request], requests.finished[request]]) ?? requests.endMark[request] ?? null
}

/** When the request left the wire, failed or not: the last thing known of it, ns since the anchor. */
export function overAt(requests: RequestColumns, request: number): number | null {
  const { firstByte, lastToken, finished, usage, endMark, closed } = requests
  return latest([firstByte, lastToken, finished, usage, endMark, closed].map((column) => column[request]))
}

function latest(times: readonly (number | null | undefined)[]): number | null {
  let found: number | null = null
  for (const time of times) if (time != null && (found === null || time > found)) found = time
  return found
}
