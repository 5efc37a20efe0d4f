import type { BatchColumns, ChunkColumns, Recording } from '../../recording/recording.ts'
import type { RecordColumns } from '../request-record.ts'
import { readBatches } from './batch-log.ts'
import type { LogBlocks } from './byte-log.ts'
import { readChunks } from './chunk-log.ts'
import type { ThreadRecord } from './recorder.ts'

/** A recording whose chunks and batches still lie in the logs of the threads that recorded them. */
export interface RawRecording extends Omit<Recording, 'requests' | 'chunks' | 'batches' | 'text'> {
  /** All requests, in the order of sending. */
  readonly requests: RecordColumns
  readonly parts: readonly RawPart[]
}

export interface RawPart extends Pick<
  ThreadRecord,
  'chunksOf' | 'textOf' | 'chunks' | 'batches' | 'batchCount' | 'readCount'
> {
  /** Row in `requests` of each of the thread's own rows. */
  readonly rowOf: Int32Array
}

/** All blocks of a recording. */
export function blocksOf({ parts }: RawRecording): LogBlocks {
  return parts.flatMap(({ chunks, batches }) => [...chunks, ...batches])
}

/** Puts the logs into columns, a block at a time. Throws when a file that holds blocks cannot be read. */
export function assemble(raw: RawRecording): Recording {
  const { requests: rows, parts, ...run } = raw
  const length = rows.phase.length
  const chunkStart = startsOf(length, parts, ({ chunksOf }) => chunksOf)
  const textStart = startsOf(length, parts, ({ textOf }) => textOf)
  const { chunks, text } = assembleChunks(parts, chunkStart, textStart)
  const requests = {
    ...rows,
    length,
    textStart: [...textStart.subarray(0, length)],
    textEnd: [...textStart.subarray(1)],
    chunkStart: [...chunkStart.subarray(0, length)],
    chunkEnd: [...chunkStart.subarray(1)],
  }
  return { ...run, requests, chunks, batches: assembleBatches(parts), text }
}

/** Where each row's part begins when they follow each other, and where the last one ends. */
function startsOf(length: number, parts: readonly RawPart[], sizes: (part: RawPart) => Int32Array): Int32Array {
  const starts = new Int32Array(length + 1)
  for (const part of parts) sizes(part).forEach((size, row) => (starts[part.rowOf[row]! + 1] = size))
  for (let row = 0; row < length; row++) starts[row + 1]! += starts[row]!
  return starts
}

function assembleChunks(
  parts: readonly RawPart[],
  chunkStart: Int32Array,
  textStart: Int32Array,
): { chunks: ChunkColumns; text: Uint8Array } {
  const length = chunkStart.at(-1)!
  const chunks = {
    length,
    request: new Int32Array(length),
    time: new Float64Array(length),
    batch: new Int32Array(length),
    read: new Int32Array(length),
    bytes: new Int32Array(length),
    tokens: new Int32Array(length),
    kind: new Uint8Array(length),
    carriesToken: new Uint8Array(length),
    textEnd: new Int32Array(length),
  } satisfies ChunkColumns
  const text = new Uint8Array(textStart.at(-1)!)
  const next = chunkStart.slice()
  const nextText = textStart.slice()
  let [batches, reads] = [0, 0]
  for (const part of parts) {
    for (const chunk of readChunks(part.chunks)) {
      const row = part.rowOf[chunk.row]!
      const at = next[row]!++
      chunks.request[at] = row
      chunks.time[at] = chunk.time
      chunks.batch[at] = chunk.batch + batches
      chunks.read[at] = chunk.read + reads
      chunks.bytes[at] = chunk.size
      chunks.tokens[at] = chunk.tokens
      chunks.kind[at] = chunk.kind
      chunks.carriesToken[at] = chunk.carriesToken
      if (chunk.textEnd > chunk.textStart) {
        text.set(chunk.bytes.subarray(chunk.textStart, chunk.textEnd), nextText[row])
        nextText[row]! += chunk.textEnd - chunk.textStart
      }
      chunks.textEnd[at] = nextText[row]!
    }
    batches += part.batchCount
    reads += part.readCount
  }
  return { chunks, text }
}

function assembleBatches(parts: readonly RawPart[]): BatchColumns {
  const length = parts.reduce((sum, { batchCount }) => sum + batchCount, 0)
  const columns = {
    length,
    time: new Float64Array(length),
    busy: new Float64Array(length),
    runDelay: new Float64Array(length),
    reads: new Int32Array(length),
    waited: new Uint8Array(length),
    thread: new Uint8Array(length),
  } satisfies BatchColumns
  let at = 0
  parts.forEach((part, thread) => {
    for (const { time, busy, runDelay, reads, waited } of readBatches(part.batches)) {
      columns.time[at] = time
      columns.busy[at] = busy
      columns.runDelay[at] = runDelay
      columns.reads[at] = reads
      columns.waited[at] = waited ? 1 : 0
      columns.thread[at] = thread
      at++
    }
  })
  return columns
}
