import type { Outcome, Phase } from '../recording/vocabulary.ts'
import type { RequestColumns } from '../recording/recording.ts'
import type { RequestFacts } from './plan.ts'

type Cell<C> = C extends readonly (infer T)[] ? T : never
type RangeKey = 'length' | 'textStart' | 'textEnd' | 'chunkStart' | 'chunkEnd'

/** One row of the request columns while it is being filled; the ranges follow when the recording is put together. */
export type RequestRecord = { -readonly [K in Exclude<keyof RequestColumns, RangeKey>]: Cell<RequestColumns[K]> }

export function newRecord(planned: RequestFacts, phase: Phase, outcome: Outcome): RequestRecord {
  return {
    phase,
    stage: null,
    repeat: null,
    client: null,
    thread: null,
    endpoint: null,
    connection: null,
    reused: null,
    attempts: null,
    intended: null,
    writeStart: null,
    writeDone: null,
    firstByte: null,
    firstToken: null,
    firstReasoning: null,
    firstContent: null,
    firstToolCall: null,
    lastToken: null,
    finished: null,
    usage: null,
    endMark: null,
    closed: null,
    connect: null,
    tls: null,
    outcome,
    httpStatus: null,
    finishReason: null,
    error: null,
    item: planned.item,
    session: planned.session,
    turn: planned.turn,
    model: null,
    adapter: null,
    requestIdSent: planned.requestId,
    requestIdReturned: null,
    askedPromptTokens: planned.askedPromptTokens,
    askedOutputTokens: planned.askedOutputTokens,
    serverPromptTokens: null,
    serverOutputTokens: null,
    tokenizerPromptTokens: null,
    tokenizerOutputTokens: null,
    streamOutputTokens: null,
    cachedTokens: null,
    reasoningTokens: null,
    serverTimings: null,
    bytesOut: null,
    bytesIn: null,
  }
}

/** What a request's row begins with, all else being null. */
export function enter(record: RequestRecord, planned: RequestFacts, phase: Phase, outcome: Outcome): void {
  record.phase = phase
  record.outcome = outcome
  record.item = planned.item
  record.session = planned.session
  record.turn = planned.turn
  record.requestIdSent = planned.requestId
  record.askedPromptTokens = planned.askedPromptTokens
  record.askedOutputTokens = planned.askedOutputTokens
}

/** The same by column. */
export type RecordColumns = Omit<RequestColumns, RangeKey>

/** Turns rows into columns. */
export function toColumns(records: readonly RequestRecord[]): RecordColumns {
  return columnsOf((name) => records.map((record) => record[name]))
}

/** Columns made one by one. */
export function columnsOf(column: (name: keyof RequestRecord) => unknown[]): RecordColumns {
  return Object.fromEntries(names.map((name) => [name, column(name)])) as unknown as RecordColumns
}

const noRequest: RequestFacts = {
  item: 0,
  requestId: '',
  askedPromptTokens: null,
  askedOutputTokens: null,
  session: null,
  turn: null,
}

/** Of all columns. */
export const names = Object.keys(newRecord(noRequest, 'measure', 'not_sent')) as readonly (keyof RequestRecord)[]
