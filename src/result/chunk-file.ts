import {
  Bool,
  Dictionary,
  makeData,
  makeVector,
  Table,
  tableFromIPC,
  tableToIPC,
  Uint8,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import type { BatchColumns, ChunkColumns, Recording } from '../recording/recording.ts'
import { chunkKinds } from '../recording/vocabulary.ts'
import { toNanoseconds, toSeconds } from './request-columns.ts'

/**
 * The chunks of all requests as an Arrow IPC file, one row a chunk, with its poll batch beside: request, time_s, batch,
 * read, bytes, tokens (-1 unknown), kind, carries_token, text_end, batch_time_s, batch_busy_s, batch_run_delay_s, batch_waited,
 * batch_thread, batch_reads. Polls that completed no chunk are not kept.
 */
export function chunksToArrow({ chunks, batches }: Recording): Uint8Array {
  const ofBatch = (column: Float64Array, scale: (value: number) => number) =>
    Float64Array.from(chunks.batch, (batch) => scale(column[batch] ?? NaN))
  return tableToIPC(
    new Table({
      request: makeVector(chunks.request),
      time_s: makeVector(Float64Array.from(chunks.time, toSeconds)),
      batch: makeVector(chunks.batch),
      read: makeVector(chunks.read),
      bytes: makeVector(chunks.bytes),
      tokens: makeVector(chunks.tokens),
      kind: makeVector({
        type: new Dictionary(new Utf8(), new Uint8()),
        length: chunks.length,
        data: chunks.kind,
        dictionary: vectorFromArray([...chunkKinds], new Utf8()),
      }),
      carries_token: makeVector(makeData({ type: new Bool(), length: chunks.length, data: bits(chunks.carriesToken) })),
      text_end: makeVector(chunks.textEnd),
      batch_time_s: makeVector(ofBatch(batches.time, toSeconds)),
      batch_busy_s: makeVector(ofBatch(batches.busy, toSeconds)),
      batch_run_delay_s: makeVector(ofBatch(batches.runDelay, toSeconds)),
      batch_waited: makeVector(Uint8Array.from(chunks.batch, (batch) => batches.waited[batch] ?? 0)),
      batch_thread: makeVector(Uint8Array.from(chunks.batch, (batch) => batches.thread[batch] ?? 0)),
      batch_reads: makeVector(Int32Array.from(chunks.batch, (batch) => batches.reads[batch] ?? 0)),
    }),
    'file',
  )
}

/** Throws when the bytes are no such file. Batches are numbered anew, without those that completed no chunk. */
export function chunksFromArrow(bytes: Uint8Array): { chunks: ChunkColumns; batches: BatchColumns } {
  const table = tableFromIPC(bytes)
  const column = (name: string) => {
    const vector = table.getChild(name)
    if (!vector) throw new Error(`has no column "${name}"`)
    return vector
  }
  const numbers = (name: string) => column(name).toArray() as ArrayLike<number>
  const kinds = new Map<string, number>(chunkKinds.map((kind, index) => [kind, index]))

  const rows = new Map<number, number>()
  const firstRow: number[] = []
  const batch = Int32Array.from(numbers('batch'), (id, row) => {
    const known = rows.get(id)
    if (known !== undefined) return known
    rows.set(id, firstRow.length)
    return firstRow.push(row) - 1
  })
  const ofBatch = (name: string) => {
    const values = numbers(name)
    return firstRow.map((row) => values[row] ?? NaN)
  }
  // Earlier files do not tell.
  const ofBatchIfThere = (name: string) => (table.getChild(name) ? ofBatch(name) : firstRow.map(() => 0))
  return {
    chunks: {
      length: table.numRows,
      request: Int32Array.from(numbers('request')),
      time: Float64Array.from(numbers('time_s'), toNanoseconds),
      batch,
      read: Int32Array.from(numbers('read')),
      bytes: Int32Array.from(numbers('bytes')),
      tokens: Int32Array.from(numbers('tokens')),
      kind: Uint8Array.from(
        column('kind') as Iterable<string>,
        (kind) => kinds.get(kind) ?? chunkKinds.indexOf('error'),
      ),
      carriesToken: Uint8Array.from(column('carries_token') as Iterable<boolean>, (carries) => (carries ? 1 : 0)),
      textEnd: Int32Array.from(numbers('text_end')),
    },
    batches: {
      length: firstRow.length,
      time: Float64Array.from(ofBatch('batch_time_s'), toNanoseconds),
      busy: Float64Array.from(ofBatch('batch_busy_s'), toNanoseconds),
      runDelay: Float64Array.from(ofBatchIfThere('batch_run_delay_s'), toNanoseconds),
      waited: Uint8Array.from(ofBatchIfThere('batch_waited')),
      thread: Uint8Array.from(ofBatchIfThere('batch_thread')),
      reads: Int32Array.from(ofBatch('batch_reads')),
    },
  }
}

/** Arrow's booleans: one bit each, the lowest first. */
function bits(flags: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(flags.length / 8))
  for (const [index, flag] of flags.entries()) if (flag === 1) packed[index >> 3]! |= 1 << (index & 7)
  return packed
}
