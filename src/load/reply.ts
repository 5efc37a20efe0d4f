import type { Carried, Decoder, Usage } from '../backends/backend.ts'
import type { ChunkKind } from '../recording/vocabulary.ts'
import { oneLine } from './error-text.ts'
import type { EventBuffer } from './event-buffer.ts'
import type { ReplyEnd } from './outcome.ts'
import type { Recorder } from './record/recorder.ts'
import { type EventKinds, Repeat } from './repeat.ts'
import type { RequestRecord } from './request-record.ts'
import type { RunningTransport } from './transport/transport.ts'

type ChunkRecorder = Pick<Recorder, 'addChunk' | 'addTextChunk'>
type EventReader = Pick<RunningTransport, 'textOf'>

/** Decodes the events of one reply and enters what they carried into the request's row and the chunk columns. */
export class Reply {
  readonly #record: RequestRecord
  readonly #recorder: ChunkRecorder
  readonly #reader: EventReader
  readonly #kinds: EventKinds | null
  #row = -1
  #decoder: Decoder | null = null
  #repeat: Repeat | null = null
  #events = 0
  #countedTokens = 0
  #uncounted = false
  #error: string | null = null
  #malformed: string | null = null

  constructor(record: RequestRecord, recorder: ChunkRecorder, reader: EventReader, kinds: EventKinds | null) {
    this.#record = record
    this.#recorder = recorder
    this.#reader = reader
    this.#kinds = kinds
  }

  /** The next events are of another reply. */
  begin(row: number, decoder: Decoder): void {
    this.#row = row
    this.#decoder = decoder
    const { repeats } = decoder
    if (this.#kinds === null || repeats === undefined) this.#repeat = null
    else if (this.#repeat === null) this.#repeat = new Repeat(repeats, this.#kinds)
    else this.#repeat.begin(repeats)
    this.#events = 0
    this.#countedTokens = 0
    this.#uncounted = false
    this.#error = null
    this.#malformed = null
  }

  /** Takes the event that `event` stands at; returns the tokens it carried (1 where a chunk does not tell). */
  take(event: EventBuffer): number {
    this.#events++
    if (this.#malformed !== null) return 0
    const again = this.#record.endMark === null ? (this.#repeat?.take(event) ?? null) : null
    if (again !== null) return this.#takeAgain(event, again)
    let data = ''
    let carried: Carried
    try {
      data = this.#reader.textOf(event.data, event.start, event.end)
      carried = this.#decoder!.decode({ event: event.name, data })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#malformed = `event ${this.#events} is not the protocol's: ${oneLine(reason)}: ${oneLine(data).slice(0, 200)}`
      this.#add(event, 'error', {}, false)
      return 0
    }
    const tokens = carried.tokens ?? 0
    const text = wordsOf(carried)
    const carriesToken = text !== '' || tokens > 0
    // Where a protocol has no end mark, each event is one, as any may be the last.
    if (carriesToken && carried.end !== true && this.#record.endMark !== null) {
      this.#malformed = `event ${this.#events} carries tokens after the end mark: ${oneLine(data).slice(0, 200)}`
      this.#add(event, 'error', {}, false)
      return 0
    }
    this.#add(event, kindOf(carried), carried, carriesToken)
    this.#enter(carried, event.time, carriesToken)
    this.#repeat?.decoded(event, carried)
    return carried.tokens ?? (carriesToken ? 1 : 0)
  }

  /** Text like that of the event before, so that its firsts stand in the record. */
  #takeAgain(event: EventBuffer, { tokens, usage }: Carried): number {
    const { start, end } = this.#repeat!.text
    this.#recorder.addTextChunk(this.#row, tokens ?? null, event, start, end)
    this.#count(tokens)
    this.#record.lastToken = event.time
    if (usage !== undefined) this.#enterUsage(usage, event.time)
    return tokens ?? 1
  }

  /** No event came. */
  get empty(): boolean {
    return this.#events === 0
  }

  /** `hint`: what to say of a reply that is empty. */
  end(hint: string): ReplyEnd {
    if (this.#countedTokens > 0 && !this.#uncounted) this.#record.streamOutputTokens = this.#countedTokens
    return {
      finishReason: this.#record.finishReason,
      endMark: this.#record.endMark !== null,
      error: this.#error,
      malformed: this.#malformed,
      hint: this.empty ? hint : '',
    }
  }

  #add(event: EventBuffer, kind: ChunkKind, carried: Carried, carriesToken: boolean): void {
    const tokens = carried.tokens ?? null
    this.#recorder.addChunk({ row: this.#row, tokens, kind, carriesToken, text: wordsOf(carried) }, event)
    if (carriesToken) this.#count(carried.tokens)
  }

  #count(tokens: number | undefined): void {
    if (tokens === undefined) this.#uncounted = true
    else this.#countedTokens += tokens
  }

  #enter(carried: Carried, time: number, carriesToken: boolean): void {
    const record = this.#record
    if (carriesToken) {
      record.firstToken ??= time
      record.lastToken = time
    }
    if (isText(carried.text)) record.firstContent ??= time
    if (isText(carried.reasoning)) record.firstReasoning ??= time
    if (isText(carried.toolCall)) record.firstToolCall ??= time
    if (carried.finishReason !== undefined && record.finishReason === null) {
      record.finishReason = carried.finishReason
      record.finished = time
    }
    if (carried.usage !== undefined) this.#enterUsage(carried.usage, time)
    if (carried.end === true && (carriesToken || record.endMark === null)) record.endMark = time
    if (carried.error !== undefined) this.#error ??= oneLine(carried.error)
    if (carried.model !== undefined) record.model ??= carried.model
    if (carried.requestId !== undefined) record.requestIdReturned ??= carried.requestId
    if (carried.timings !== undefined) record.serverTimings = carried.timings
  }

  /** Running usage only grows, so the largest count of each kind stands. */
  #enterUsage(usage: Usage, time: number): void {
    const record = this.#record
    record.usage = time
    record.serverPromptTokens = larger(record.serverPromptTokens, usage.promptTokens)
    record.serverOutputTokens = larger(record.serverOutputTokens, usage.outputTokens)
    record.cachedTokens = larger(record.cachedTokens, usage.cachedTokens)
    record.reasoningTokens = larger(record.reasoningTokens, usage.reasoningTokens)
  }
}

function larger(known: number | null, told: number | null): number | null {
  return known === null || (told !== null && told > known) ? told : known
}

function wordsOf(carried: Carried): string {
  return `${carried.reasoning ?? ''}${carried.text ?? ''}${carried.toolCall ?? ''}`
}

function isText(text: string | undefined): boolean {
  return text !== undefined && text !== ''
}

/** A token without text (an id alone) counts as text; what carries nothing is a role chunk. */
function kindOf(carried: Carried): ChunkKind {
  if (carried.error !== undefined) return 'error'
  if (isText(carried.text)) return 'text'
  if (isText(carried.reasoning)) return 'reasoning'
  if (isText(carried.toolCall)) return 'tool'
  if ((carried.tokens ?? 0) > 0) return 'text'
  if (carried.finishReason !== undefined || carried.end === true) return 'end'
  if (carried.usage !== undefined) return 'usage'
  if (carried.text !== undefined && carried.role !== true) return 'text'
  return 'role'
}
