import type { EventBuffer } from '../event-buffer.ts'
import type { Outcome, Phase } from '../../recording/vocabulary.ts'
import type { RequestFacts } from '../plan.ts'
import { enter, type RecordColumns } from '../request-record.ts'
import { BatchLog } from './batch-log.ts'
import { BlockKeeper, type Spill } from './block-keeper.ts'
import type { LogBlocks } from './byte-log.ts'
import { type Chunk, ChunkLog } from './chunk-log.ts'
import { NumberColumn } from './number-column.ts'
import type { RequestRow } from './request-row.ts'
import { RequestStore } from './request-store.ts'

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
  readonly #requests = new RequestStore()
  readonly #added = new NumberColumn()
  readonly #chunksOf = new NumberColumn()
  readonly #textOf = new NumberColumn()

  constructor(now: () => number, saveText: boolean, spill: Spill | null = null) {
    this.#now = now
    this.#keeper = new BlockKeeper(spill)
    this.batches = new BatchLog(this.#keeper)
    this.#chunks = new ChunkLog(this.#keeper, saveText)
  }

  /** Points `row` at a new one. */
  addRequest(row: RequestRow, planned: RequestFacts, phase: Phase, outcome: Outcome): void {
    this.#added.push(this.#now())
    this.#chunksOf.push(0)
    this.#textOf.push(0)
    this.#requests.add(row)
    enter(row, planned, phase, outcome)
  }

  /** `event` stands at the event that the chunk was decoded from. */
  addChunk(chunk: Chunk, event: EventBuffer): void {
    this.#chunksOf.add(chunk.row, 1)
    this.#textOf.add(chunk.row, this.#chunks.add(chunk, event))
  }

  /** The same for a chunk of text that stands in the event's bytes as it is. */
  addTextChunk(row: number, tokens: number | null, event: EventBuffer, textStart: number, textEnd: number): void {
    this.#chunksOf.add(row, 1)
    this.#textOf.add(row, this.#chunks.addText(row, tokens, event, textStart, textEnd))
  }

  /** `readCount`: reads that were numbered. Nothing may be added afterwards. */
  async finish(readCount: number): Promise<ThreadRecord> {
    const [chunks, batches] = [this.#chunks.finish(), this.batches.finish()]
    await this.#keeper.settled()
    return {
      requests: this.#requests.finish(),
      added: this.#added.toArray(),
      chunksOf: Int32Array.from(this.#chunksOf.toArray()),
      textOf: Int32Array.from(this.#textOf.toArray()),
      chunks,
      batches,
      batchCount: this.batches.length,
      readCount,
    }
  }
}
