import type { EventBuffer } from '../event-buffer.ts'
import { type RecordColumns, type RequestRecord, toColumns } from '../request-record.ts'
import { BatchLog } from './batch-log.ts'
import { BlockKeeper, type Spill } from './block-keeper.ts'
import type { LogBlocks } from './byte-log.ts'
import { type Chunk, ChunkLog } from './chunk-log.ts'

/** What one thread recorded, before it is put together with the others'. */
export interface ThreadRecord {
  /** In the order of sending. */
  readonly requests: RecordColumns
  /** By row: when it was added (ns), how many chunks it has, and how many bytes of text. */
  readonly added: Float64Array
  readonly chunksOf: Int32Array
  readonly textOf: Int32Array
  /** Rows are the thread's own. */
  readonly chunks: LogBlocks
  readonly batches: LogBlocks
  readonly batchCount: number
  readonly readCount: number
}

/** Takes requests in the order of sending, chunks in the order of decoding, and poll batches. */
export class Recorder {
  readonly batches: BatchLog
  readonly #now: () => number
  readonly #keeper: BlockKeeper
  readonly #chunks: ChunkLog
  readonly #requests: RequestRecord[] = []
  readonly #added: number[] = []
  readonly #chunksOf: number[] = []
  readonly #textOf: number[] = []

  constructor(now: () => number, saveText: boolean, spill: Spill | null = null) {
    this.#now = now
    this.#keeper = new BlockKeeper(spill)
    this.batches = new BatchLog(this.#keeper)
    this.#chunks = new ChunkLog(this.#keeper, saveText)
  }

  /** Returns the row. */
  addRequest(record: RequestRecord): number {
    this.#added.push(this.#now())
    this.#chunksOf.push(0)
    this.#textOf.push(0)
    return this.#requests.push(record) - 1
  }

  /** `event` stands at the event that the chunk was decoded from. */
  addChunk(chunk: Chunk, event: EventBuffer): void {
    this.#chunksOf[chunk.row]!++
    this.#textOf[chunk.row]! += this.#chunks.add(chunk, event)
  }

  /** `readCount`: reads that were numbered. Nothing may be added afterwards. */
  async finish(readCount: number): Promise<ThreadRecord> {
    const [chunks, batches] = [this.#chunks.finish(), this.batches.finish()]
    await this.#keeper.settled()
    return {
      requests: toColumns(this.#requests),
      added: Float64Array.from(this.#added),
      chunksOf: Int32Array.from(this.#chunksOf),
      textOf: Int32Array.from(this.#textOf),
      chunks,
      batches,
      batchCount: this.batches.length,
      readCount,
    }
  }
}
