import type { EventSink } from './framing/framer.ts'
import { ProtocolError } from './transport/protocol-error.ts'

/** Room for some events: when a thousand streams have one at once, all their blocks are to fit the caches. */
const blockBytes = 1024
const blockEvents = 8
/** What longer events need, up to this, is kept for others too. */
const mostKept = 16 * 1024
const maxEvent = 64 * 1024 * 1024

class Block {
  data: Buffer
  used = 0
  count = 0
  readonly end = new Int32Array(blockEvents)
  readonly time = new Float64Array(blockEvents)
  readonly batch = new Int32Array(blockEvents)
  readonly read = new Int32Array(blockEvents)
  readonly name: (string | null)[] = new Array<string | null>(blockEvents).fill(null)
  next: Block | null = null

  constructor(bytes: number) {
    this.data = Buffer.allocUnsafeSlow(bytes)
  }
}

/** What a request holds that has no event: it takes no bytes, and nothing is ever entered. */
const noBlock = new Block(0)

/** Blocks that no request holds at the moment; shared by all requests of a run, so that steady load allocates nothing. */
export class BlockPool {
  /** By length. */
  readonly #free = new Map<number, Block[]>()

  constructor() {
    for (let bytes = blockBytes; bytes <= mostKept; bytes *= 2) this.#free.set(bytes, [])
  }

  /** `bytes`: a power of two, no less than a block has. */
  take(bytes: number): Block {
    return this.#free.get(bytes)?.pop() ?? new Block(bytes)
  }

  give(block: Block): void {
    const free = this.#free.get(block.data.length)
    if (free === undefined) return
    block.used = 0
    block.count = 0
    block.next = null
    free.push(block)
  }
}

/**
 * The framed events of one request on their way from the read callback to the decoder, first in, first out. The bytes
 * of an event lie together in a block of fixed size; a block too full for the event at hand passes it on to the next. Between
 * events it holds none: the few blocks of many streams stay in the processor's cache.
 */
export class EventBuffer implements EventSink {
  readonly #pool: BlockPool
  #head = noBlock
  #tail = noBlock
  #start = 0
  #taken = 0
  #takenEnd = 0
  #stampTime = 0
  #stampBatch = 0
  #stampRead = 0

  /** Complete events that were not taken yet. */
  pending = 0

  /** The event taken last: its bytes (valid until the next `take`), event type and stamps. */
  data = noBlock.data
  start = 0
  end = 0
  name: string | null = null
  time = 0
  batch = 0
  read = 0

  constructor(pool: BlockPool) {
    this.#pool = pool
  }

  /** What the events completed from now on are stamped with. */
  stamp(time: number, batch: number, read: number): void {
    this.#stampTime = time
    this.#stampBatch = batch
    this.#stampRead = read
  }

  append(bytes: Buffer, start: number, end: number): void {
    const length = end - start
    if (this.#tail.used + length > this.#tail.data.length) this.#makeRoom(length)
    const tail = this.#tail
    bytes.copy(tail.data, tail.used, start, end)
    tail.used += length
  }

  appendByte(byte: number): void {
    if (this.#tail.used === this.#tail.data.length) this.#makeRoom(1)
    this.#tail.data[this.#tail.used++] = byte
  }

  commit(name: string | null): void {
    if (this.#tail === noBlock) this.#makeRoom(0)
    const tail = this.#tail
    const slot = tail.count++
    tail.end[slot] = tail.used
    tail.time[slot] = this.#stampTime
    tail.batch[slot] = this.#stampBatch
    tail.read[slot] = this.#stampRead
    tail.name[slot] = name
    this.#start = tail.used
    this.pending++
    if (tail.count === blockEvents) this.#addBlock(blockBytes)
  }

  discard(): void {
    this.#tail.used = this.#start
  }

  get open(): boolean {
    return this.#tail.used > this.#start
  }

  /** Moves to the next complete event; false when there is none. */
  take(): boolean {
    if (this.pending === 0) {
      if (!this.open) this.release()
      return false
    }
    while (this.#taken === this.#head.count) this.#dropHead()
    const head = this.#head
    const slot = this.#taken++
    this.data = head.data
    this.start = this.#takenEnd
    this.end = head.end[slot]!
    this.#takenEnd = this.end
    this.name = head.name[slot] ?? null
    this.time = head.time[slot]!
    this.batch = head.batch[slot]!
    this.read = head.read[slot]!
    this.pending--
    return true
  }

  /** Gives all blocks back, with what they hold. */
  release(): void {
    while (this.#head.next !== null) this.#dropHead()
    this.#pool.give(this.#head)
    this.#head = noBlock
    this.#tail = noBlock
    this.#start = 0
    this.#taken = 0
    this.#takenEnd = 0
    this.pending = 0
  }

  #dropHead(): void {
    const next = this.#head.next!
    this.#pool.give(this.#head)
    this.#head = next
    this.#taken = 0
    this.#takenEnd = 0
  }

  #makeRoom(more: number): void {
    const begun = this.#tail.used - this.#start
    const needed = begun + more
    if (needed > maxEvent) throw new ProtocolError(`an event is longer than ${maxEvent} bytes`)
    const bytes = needed <= blockBytes ? blockBytes : 2 ** Math.ceil(Math.log2(needed))
    const from = this.#tail
    if (from === noBlock) {
      this.#head = this.#pool.take(bytes)
      this.#tail = this.#head
      return
    }
    if (from.count === 0) {
      const longer = Buffer.allocUnsafeSlow(Math.max(bytes, from.data.length * 2))
      from.data.copy(longer, 0, 0, from.used)
      from.data = longer
      return
    }
    const start = this.#start
    this.#addBlock(bytes)
    from.data.copy(this.#tail.data, 0, start, start + begun)
    this.#tail.used = begun
    from.used = start
  }

  #addBlock(bytes: number): void {
    const block = this.#pool.take(bytes)
    this.#tail.next = block
    this.#tail = block
    this.#start = 0
  }
}
