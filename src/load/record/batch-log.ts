import { type BlockKeeper, readBlocks } from './block-keeper.ts'
import { ByteLog, ByteReader, type LogBlocks, longestNumber } from './byte-log.ts'

/** One return of the poll that brought bytes. */
export interface Batch {
  /** ns on the run's clock. */
  time: number
  /** How long the loop had been busy before, ns. */
  busy: number
  /** How long the loop, which could go on, then waited for a core, ns; recorded in microseconds, rounded up. */
  runDelay: number
  reads: number
  /** The poll had waited for them. */
  waited: boolean
}

/** Poll batches in order, about 8 bytes each. */
export class BatchLog {
  readonly #log: ByteLog
  #time = 0

  /** Batches so far. */
  length = 0

  constructor(keeper: BlockKeeper) {
    this.#log = new ByteLog(keeper)
  }

  add({ time, busy, runDelay, reads, waited }: Batch): void {
    const log = this.#log
    log.room(4 * longestNumber)
    log.signed(time - this.#time)
    log.number(Math.round(busy))
    log.number(Math.ceil(runDelay / 1000))
    log.number(2 * reads + (waited ? 1 : 0))
    this.#time = time
    this.length++
  }

  finish(): LogBlocks {
    return this.#log.finish()
  }
}

/** Reads the batches of a log in order, all into the same object. */
export function* readBatches(blocks: LogBlocks): Generator<Batch> {
  const batch: Batch = { time: 0, busy: 0, runDelay: 0, reads: 0, waited: false }
  for (const block of readBlocks(blocks)) {
    const reader = new ByteReader(block)
    while (!reader.done) {
      batch.time += reader.signed()
      batch.busy = reader.number()
      batch.runDelay = reader.number() * 1000
      const reads = reader.number()
      batch.waited = reads % 2 === 1
      batch.reads = (reads - (reads % 2)) / 2
      yield batch
    }
  }
}
