import { chunkKinds, type ChunkKind } from '../../recording/vocabulary.ts'
import type { EventBuffer } from '../event-buffer.ts'
import { type BlockKeeper, readBlocks } from './block-keeper.ts'
import { ByteLog, ByteReader, type LogBlocks, longestNumber } from './byte-log.ts'

export interface Chunk {
  /** Row of its request. */
  readonly row: number
  readonly tokens: number | null
  readonly kind: ChunkKind
  readonly carriesToken: boolean
  readonly text: string
}

/** A chunk as it is read back. `text`: bytes of `bytes`, valid until the next. */
export interface LoggedChunk {
  row: number
  time: number
  batch: number
  read: number
  /** Of the event. */
  size: number
  tokens: number
  kind: number
  carriesToken: number
  bytes: Buffer
  textStart: number
  textEnd: number
}

const flags = { kind: 7, carriesToken: 8, tokens: 16, text: 32 } as const
const kindMarks = Object.fromEntries(chunkKinds.map((kind, at) => [kind, at])) as Readonly<Record<ChunkKind, number>>
const entryBytes = 1 + 7 * longestNumber
/** Text up to this length is looked at letter by letter, which costs less than a call out of JavaScript. */
const shortText = 24

/**
 * Chunks in the order of decoding, about 16 bytes each with their text: times, batches and reads as steps from the chunk
 * before.
 */
export class ChunkLog {
  readonly #log: ByteLog
  readonly #saveText: boolean
  #time = 0
  #batch = 0
  #read = 0

  constructor(keeper: BlockKeeper, saveText: boolean) {
    this.#log = new ByteLog(keeper)
    this.#saveText = saveText
  }

  /** `event` stands at the event that the chunk was decoded from. Returns the bytes of text that were kept. */
  add({ row, tokens, kind, carriesToken, text }: Chunk, event: EventBuffer): number {
    const keepsText = this.#saveText && text !== ''
    const marks = kindMarks[kind] | (carriesToken ? flags.carriesToken : 0) | (keepsText ? flags.text : 0)
    this.#begin(row, tokens, marks, event, keepsText ? text.length * 3 : 0)
    return keepsText ? addText(this.#log, text) : 0
  }

  /** The same for text that carries tokens and stands in the event's bytes as it is, not empty. */
  addText(row: number, tokens: number | null, event: EventBuffer, textStart: number, textEnd: number): number {
    const length = this.#saveText ? textEnd - textStart : 0
    const marks = kindMarks.text | flags.carriesToken | (length > 0 ? flags.text : 0)
    this.#begin(row, tokens, marks, event, length)
    if (length > 0) addBytes(this.#log, event.data, textStart, textEnd)
    return length
  }

  #begin(row: number, tokens: number | null, marks: number, event: EventBuffer, textBytes: number): void {
    const log = this.#log
    // A server may say anything.
    const count = tokens !== null && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : null
    log.room(entryBytes + textBytes)
    log.bytes[log.used++] = marks | (count === null ? 0 : flags.tokens)
    log.number(row)
    log.signed(event.time - this.#time)
    log.signed(event.batch - this.#batch)
    log.signed(event.read - this.#read)
    log.number(event.end - event.start)
    this.#time = event.time
    this.#batch = event.batch
    this.#read = event.read
    if (count !== null) log.number(count)
  }

  finish(): LogBlocks {
    return this.#log.finish()
  }
}

/** A loop: for so few bytes a call out of JavaScript costs more. */
function addBytes(log: ByteLog, from: Buffer, start: number, end: number): void {
  log.number(end - start)
  const { bytes } = log
  let to = log.used
  for (let at = start; at < end; at++) bytes[to++] = from[at]!
  log.used = to
}

function addText(log: ByteLog, text: string): number {
  const { bytes } = log
  if (text.length <= shortText) {
    const start = log.used + 1
    let at = 0
    for (; at < text.length; at++) {
      const letter = text.charCodeAt(at)
      if (letter > 127) break
      bytes[start + at] = letter
    }
    if (at === text.length) {
      bytes[log.used] = at
      log.used = start + at
      return at
    }
  }
  const length = Buffer.byteLength(text)
  log.number(length)
  log.used += bytes.write(text, log.used, 'utf8')
  return length
}

/** Reads the chunks of a log in order, all into the same object. */
export function* readChunks(blocks: LogBlocks): Generator<LoggedChunk> {
  const chunk: LoggedChunk = {
    row: 0,
    time: 0,
    batch: 0,
    read: 0,
    size: 0,
    tokens: -1,
    kind: 0,
    carriesToken: 0,
    bytes: Buffer.alloc(0),
    textStart: 0,
    textEnd: 0,
  }
  for (const block of readBlocks(blocks)) {
    const reader = new ByteReader(block)
    chunk.bytes = block
    while (!reader.done) {
      const marks = block[reader.at++]!
      chunk.kind = marks & flags.kind
      chunk.carriesToken = (marks & flags.carriesToken) === 0 ? 0 : 1
      chunk.row = reader.number()
      chunk.time += reader.signed()
      chunk.batch += reader.signed()
      chunk.read += reader.signed()
      chunk.size = reader.number()
      chunk.tokens = (marks & flags.tokens) === 0 ? -1 : reader.number()
      const text = (marks & flags.text) === 0 ? 0 : reader.number()
      chunk.textStart = reader.at
      reader.at += text
      chunk.textEnd = reader.at
      yield chunk
    }
  }
}
