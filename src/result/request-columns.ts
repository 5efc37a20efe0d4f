import type { RequestColumns } from '../recording/recording.ts'

type ColumnName = Exclude<keyof RequestColumns, 'length'>

/** Times and durations: ns in a recording, seconds in a file. */
const timeColumns = {
  intended: 'intended_s',
  writeStart: 'sent_s',
  writeDone: 'write_done_s',
  firstByte: 'first_byte_s',
  firstToken: 'first_token_s',
  firstReasoning: 'first_reasoning_s',
  firstContent: 'first_content_s',
  firstToolCall: 'first_tool_call_s',
  lastToken: 'last_token_s',
  finished: 'finished_s',
  usage: 'usage_s',
  endMark: 'end_mark_s',
  closed: 'closed_s',
  connect: 'connect_s',
  tls: 'tls_s',
} as const satisfies Partial<Record<ColumnName, string>>

const plainColumns = {
  phase: 'phase',
  stage: 'stage',
  repeat: 'repeat',
  client: 'client',
  thread: 'thread',
  endpoint: 'endpoint',
  connection: 'connection',
  reused: 'reused',
  attempts: 'attempts',
  outcome: 'outcome',
  httpStatus: 'http_status',
  finishReason: 'finish_reason',
  error: 'error',
  item: 'item',
  session: 'session',
  turn: 'turn',
  model: 'model',
  adapter: 'adapter',
  requestIdSent: 'request_id_sent',
  requestIdReturned: 'request_id_returned',
  askedPromptTokens: 'asked_prompt_tokens',
  askedOutputTokens: 'asked_output_tokens',
  serverPromptTokens: 'server_prompt_tokens',
  serverOutputTokens: 'server_output_tokens',
  tokenizerPromptTokens: 'tokenizer_prompt_tokens',
  tokenizerOutputTokens: 'tokenizer_output_tokens',
  streamOutputTokens: 'stream_output_tokens',
  cachedTokens: 'cached_tokens',
  reasoningTokens: 'reasoning_tokens',
  serverTimings: 'server_timings',
  bytesOut: 'bytes_out',
  bytesIn: 'bytes_in',
  textStart: 'text_start',
  textEnd: 'text_end',
  chunkStart: 'chunk_start',
  chunkEnd: 'chunk_end',
} as const satisfies Record<Exclude<ColumnName, keyof typeof timeColumns>, string>

/** The requests of a recording as columns of a result file. */
export function toJsonColumns(requests: RequestColumns): Record<string, readonly unknown[]> {
  const columns: Record<string, readonly unknown[]> = {}
  for (const [name, json] of entries(plainColumns)) columns[json] = requests[name]
  for (const [name, json] of entries(timeColumns)) {
    columns[json] = requests[name].map((time) => (time === null ? null : toSeconds(time)))
  }
  return columns
}

/** The way back; columns that the file does not have are null throughout. */
export function fromJsonColumns(columns: Readonly<Record<string, readonly unknown[]>>): RequestColumns {
  const length = columns['outcome']?.length ?? 0
  const unknown = Array.from({ length }, () => null)
  const requests: Record<string, unknown> = { length }
  for (const [name, json] of entries(plainColumns)) requests[name] = columns[json] ?? unknown
  for (const [name, json] of entries(timeColumns)) {
    const times = (columns[json] ?? unknown) as readonly (number | null)[]
    requests[name] = times.map((time) => (time === null ? null : toNanoseconds(time)))
  }
  return requests as unknown as RequestColumns
}

export const toSeconds = (nanoseconds: number) => nanoseconds / 1e9

/** Exact for whole nanoseconds, else to double precision. */
export function toNanoseconds(seconds: number): number {
  const whole = Math.round(seconds * 1e9)
  return whole / 1e9 === seconds ? whole : seconds * 1e9
}

const entries = <Table extends object>(table: Table) =>
  Object.entries(table) as { [Name in keyof Table]: [Name, Table[Name]] }[keyof Table][]
