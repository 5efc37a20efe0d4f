import type { ChunkColumns, Recording } from '../recording/recording.ts'
import type { ChunkKind } from '../recording/vocabulary.ts'
import { chunkKinds } from '../recording/vocabulary.ts'
import type { EventBuffer } from './event-buffer.ts'
import { float64Column, int32Column, uint8Column } from './growable.ts'
import type { RequestRecord } from './request-record.ts'
import { toColumns } from './request-record.ts'
import { TextStore } from './text-store.ts'

export interface Chunk {
  readonly row: number
  readonly tokens: number | null
  readonly kind: ChunkKind
  readonly carriesToken: boolean
  readonly text: string
}

/** Takes requests in the order of sending and chunks in the order of decoding, and puts the recording together. */
export class Recorder {
  readonly records: RequestRecord[] = []
  readonly #saveText: boolean
  readonly #text = new TextStore()
  readonly #request = int32Column()
  readonly #time = float64Column()
  readonly #batch = int32Column()
  readonly #read = int32Column()
  readonly #bytes = int32Column()
  readonly #tokens = int32Column()
  readonly #kind = uint8Column()
  readonly #carriesToken = uint8Column()
  readonly #piece = int32Column()

  constructor(saveText: boolean) {
    this.#saveText = saveText
  }

  /** Returns the row. */
  addRequest(record: RequestRecord): number {
    this.records.push(record)
    return this.records.length - 1
  }

  /** `event` stands at the event that the chunk was decoded from. */
  addChunk(chunk: Chunk, event: EventBuffer): void {
    this.#request.push(chunk.row)
    this.#time.push(event.time)
    this.#batch.push(event.batch)
    this.#read.push(event.read)
    this.#bytes.push(event.end - event.start)
    this.#tokens.push(chunk.tokens ?? -1)
    this.#kind.push(chunkKinds.indexOf(chunk.kind))
    this.#carriesToken.push(chunk.carriesToken ? 1 : 0)
    this.#piece.push(this.#saveText && chunk.text !== '' ? this.#text.add(chunk.text) : -1)
  }

  build(run: Pick<Recording, 'anchor' | 'moments' | 'batches' | 'series' | 'ending'>): Recording {
    const request = this.#request.toArray()
    const { order, starts } = groupByRequest(request, this.records.length)
    const { text, ends } = this.#text.layOut(reorder(this.#piece.toArray(), order))
    const chunks: ChunkColumns = {
      length: order.length,
      request: reorder(request, order),
      time: reorder(this.#time.toArray(), order),
      batch: reorder(this.#batch.toArray(), order),
      read: reorder(this.#read.toArray(), order),
      bytes: reorder(this.#bytes.toArray(), order),
      tokens: reorder(this.#tokens.toArray(), order),
      kind: reorder(this.#kind.toArray(), order),
      carriesToken: reorder(this.#carriesToken.toArray(), order),
      textEnd: ends,
    }
    const textAt = (row: number): number => (row === 0 ? 0 : ends[row - 1]!)
    const requests = toColumns(this.records, {
      textStart: this.records.map((_, row) => textAt(starts[row]!)),
      textEnd: this.records.map((_, row) => textAt(starts[row + 1]!)),
      chunkStart: this.records.map((_, row) => starts[row]!),
      chunkEnd: this.records.map((_, row) => starts[row + 1]!),
    })
    return { ...run, requests, chunks, text }
  }
}

/** A stable counting sort: the chunks of one request become neighbours and keep their order. */
function groupByRequest(request: Int32Array, requests: number): { order: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(requests + 1)
  for (const row of request) starts[row + 1]!++
  for (let row = 0; row < requests; row++) starts[row + 1]! += starts[row]!
  const next = starts.slice()
  const order = new Int32Array(request.length)
  for (let chunk = 0; chunk < request.length; chunk++) order[next[request[chunk]!]!++] = chunk
  return { order, starts }
}

function reorder<A extends Float64Array | Int32Array | Uint8Array>(column: A, order: Int32Array): A {
  const sorted = column.slice() as A
  for (let row = 0; row < order.length; row++) sorted[row] = column[order[row]!]!
  return sorted
}
