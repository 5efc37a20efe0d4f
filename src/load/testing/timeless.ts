import type { Recording, RequestColumns } from '../../recording/recording.ts'

/** Columns that tell when, or which request of the run it was. */
const ofTheRun = new Set<keyof RequestColumns>([
  'item',
  'requestIdSent',
  'connection',
  'connect',
  'reused',
  'attempts',
  'bytesOut',
  'chunkStart',
  'chunkEnd',
  'textStart',
  'textEnd',
])
const times = new Set<keyof RequestColumns>([
  'writeStart',
  'writeDone',
  'firstByte',
  'firstToken',
  'firstReasoning',
  'firstContent',
  'firstToolCall',
  'lastToken',
  'finished',
  'usage',
  'endMark',
  'closed',
])

/** All of a row and its chunks but the times, of which only whether they are known. */
export function timeless({ requests, chunks, text }: Recording, row: number): unknown {
  const cells: Record<string, unknown> = {}
  for (const [name, column] of Object.entries(requests) as [keyof RequestColumns, readonly unknown[]][]) {
    if (name === 'length' || ofTheRun.has(name)) continue
    cells[name] = times.has(name) ? column[row] !== null : column[row]
  }
  const start = requests.chunkStart[row]!
  const end = requests.chunkEnd[row]!
  return {
    ...cells,
    bytes: [...chunks.bytes.subarray(start, end)],
    tokens: [...chunks.tokens.subarray(start, end)],
    kind: [...chunks.kind.subarray(start, end)],
    carriesToken: [...chunks.carriesToken.subarray(start, end)],
    text: Buffer.from(text.subarray(requests.textStart[row]!, requests.textEnd[row]!)).toString(),
    chunks: end - start,
  }
}
