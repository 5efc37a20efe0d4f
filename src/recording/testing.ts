import type { BatchColumns, ChunkColumns, Moments, Recording, RequestColumns, Series } from './recording.ts'
import { chunkKinds, type ChunkKind, type Ending } from './vocabulary.ts'

/** One request as a row of `RequestColumns`. */
export type RequestRow = {
  -readonly [Name in Exclude<keyof RequestColumns, 'length'>]: RequestColumns[Name] extends readonly (infer Value)[]
    ? Value
    : never
}

export interface ChunkSpec {
  /** Seconds after the request was sent. */
  readonly at: number
  readonly kind?: ChunkKind
  readonly text?: string
  /** -1: unknown. Default 1 where the kind carries tokens, else 0. */
  readonly tokens?: number
  readonly carriesToken?: boolean
  /** Arrived in the same read as the chunk before it. */
  readonly sameRead?: boolean
  /** The poll that brought its read found it at once. */
  readonly foundAtOnce?: boolean
}

export interface RequestSpec {
  /** Seconds since the anchor; null: never sent. */
  readonly sent: number | null
  /** What arrived; a number is a text chunk of one token at that many seconds after sending. */
  readonly chunks?: readonly (number | ChunkSpec)[]
  /** Columns to set by hand (ns), over what follows from the chunks. */
  readonly columns?: Partial<RequestRow>
}

export interface RecordingSpec {
  readonly wallSeconds?: number
  /** Seconds since the anchor. */
  readonly moments?: Partial<Record<keyof Moments, number | null>>
  /** Busy time before each poll in seconds; the last one repeats. Default 20 µs. */
  readonly busy?: readonly number[]
  /** The same for the wait for a core. Default 0. */
  readonly runDelay?: readonly number[]
  readonly series?: readonly Series[]
  readonly ending?: Ending
}

/**
 * A recording for tests. By default each request is an ok one of the measured phase that finished with its last
 * token, was counted by the server as its chunks say, and got what it asked for; each chunk is a read and a poll of its own.
 */
export function makeRecording(specs: readonly RequestSpec[], spec: RecordingSpec = {}): Recording {
  const rows: RequestRow[] = []
  const text: string[] = []
  const chunks: { request: number; time: number; tokens: number; kind: number; carries: number; textEnd: number }[] = []
  const reads: number[] = []
  const waited: number[] = []
  let textLength = 0

  for (const [request, { sent, chunks: arrived = [], columns = {} }] of specs.entries()) {
    const chunkStart = chunks.length
    const textStart = textLength
    const first: Partial<Record<ChunkKind, number>> = {}
    const carried: number[] = []
    let tokens = 0
    for (const one of arrived) {
      const chunk: ChunkSpec = typeof one === 'number' ? { at: one } : one
      const kind = chunk.kind ?? 'text'
      const mayCarry = kind === 'text' || kind === 'reasoning' || kind === 'tool'
      const carries = chunk.carriesToken ?? mayCarry
      const time = nanoseconds((sent ?? 0) + chunk.at)
      const words = chunk.text ?? (mayCarry ? ` t${chunks.length - chunkStart}` : '')
      text.push(words)
      textLength += Buffer.byteLength(words)
      const count = chunk.tokens ?? (carries ? 1 : 0)
      if (carries) {
        carried.push(time)
        tokens += Math.max(count, 1)
      }
      first[kind] ??= time
      reads.push(chunk.sameRead ? (reads.at(-1) ?? 0) : (reads.at(-1) ?? -1) + 1)
      if (!chunk.sameRead) waited.push(chunk.foundAtOnce ? 0 : 1)
      chunks.push({
        request,
        time,
        tokens: count,
        kind: chunkKinds.indexOf(kind),
        carries: carries ? 1 : 0,
        textEnd: textLength,
      })
    }
    const firstChunk = chunks[chunkStart]?.time ?? null
    const lastToken = carried.at(-1) ?? null
    const sentNs = sent === null ? null : nanoseconds(sent)
    rows.push({
      ...blankRow,
      item: request,
      writeStart: sentNs,
      writeDone: sentNs,
      firstByte: firstChunk,
      firstToken: carried[0] ?? null,
      firstContent: first.text ?? null,
      firstReasoning: first.reasoning ?? null,
      firstToolCall: first.tool ?? null,
      lastToken,
      finished: lastToken,
      usage: first.usage ?? null,
      endMark: lastToken,
      closed: lastToken,
      askedPromptTokens: 10,
      askedOutputTokens: tokens,
      serverPromptTokens: 10,
      serverOutputTokens: tokens,
      textStart,
      textEnd: textLength,
      chunkStart,
      chunkEnd: chunks.length,
      ...columns,
    })
  }

  const times = chunks.filter((_, index) => reads[index] !== reads[index - 1]).map((chunk) => chunk.time)
  const ofPolls = (seconds: readonly number[]) =>
    Float64Array.from(times, (_, index) => nanoseconds(seconds[Math.min(index, seconds.length - 1)] ?? 0))
  return {
    anchor: { wallSeconds: spec.wallSeconds ?? 1_795_300_000, monotonicNs: 5e12 },
    requests: columnsOf(rows),
    chunks: {
      length: chunks.length,
      request: Int32Array.from(chunks, (chunk) => chunk.request),
      time: Float64Array.from(chunks, (chunk) => chunk.time),
      batch: Int32Array.from(reads),
      read: Int32Array.from(reads),
      bytes: Int32Array.from(chunks, () => 200),
      tokens: Int32Array.from(chunks, (chunk) => chunk.tokens),
      kind: Uint8Array.from(chunks, (chunk) => chunk.kind),
      carriesToken: Uint8Array.from(chunks, (chunk) => chunk.carries),
      textEnd: Int32Array.from(chunks, (chunk) => chunk.textEnd),
    } satisfies ChunkColumns,
    batches: {
      length: times.length,
      time: Float64Array.from(times),
      busy: ofPolls(spec.busy ?? [20e-6]),
      runDelay: ofPolls(spec.runDelay ?? [0]),
      waited: Uint8Array.from(waited),
      thread: Uint8Array.from(times, () => 0),
      reads: Int32Array.from(times, () => 1),
    } satisfies BatchColumns,
    series: spec.series ?? [],
    text: Buffer.from(text.join('')),
    moments: momentsOf(rows, spec.moments ?? {}),
    ending: spec.ending ?? 'complete',
  }
}

/** `count` equal requests by closed-loop clients: TTFT and gap in seconds, no pause between requests. */
export function closedLoopSpecs(shape: {
  readonly clients: number
  readonly count: number
  readonly ttft: number
  readonly gap: number
  readonly tokens: number
}): RequestSpec[] {
  const latency = shape.ttft + shape.gap * (shape.tokens - 1)
  return Array.from({ length: shape.count }, (_, index) => ({
    sent: Math.floor(index / shape.clients) * latency,
    chunks: Array.from({ length: shape.tokens }, (_, token) => shape.ttft + token * shape.gap),
    columns: { client: index % shape.clients },
  }))
}

const nanoseconds = (seconds: number) => Math.round(seconds * 1e9)

function momentsOf(rows: readonly RequestRow[], given: NonNullable<RecordingSpec['moments']>): Moments {
  const measured = rows.filter((row) => row.phase === 'measure' && row.writeStart !== null)
  const starts = measured.map((row) => row.writeStart ?? 0)
  const ends = measured.map((row) => row.endMark ?? row.writeStart ?? 0)
  const clients = new Map<number | null, number>()
  for (const row of measured) {
    const start = row.writeStart ?? 0
    clients.set(row.client, Math.min(clients.get(row.client) ?? start, start))
  }
  const moments: { -readonly [Name in keyof Moments]: Moments[Name] } = {
    warmupStart: null,
    warmupEnd: null,
    measureStart: starts.length > 0 ? Math.min(...starts) : null,
    measureEnd: ends.length > 0 ? Math.max(...ends) : null,
    allStarted: clients.size > 0 ? Math.max(...clients.values()) : null,
    firstIdle: starts.length > 0 ? Math.max(...starts) : null,
  }
  for (const [name, seconds] of Object.entries(given) as [keyof Moments, number | null][]) {
    moments[name] = seconds === null ? null : nanoseconds(seconds)
  }
  return moments
}

function columnsOf(rows: readonly RequestRow[]): RequestColumns {
  const columns = Object.fromEntries(
    (Object.keys(blankRow) as (keyof RequestRow)[]).map((name) => [name, rows.map((row) => row[name])]),
  )
  return { length: rows.length, ...columns } as unknown as RequestColumns
}

const blankRow: RequestRow = {
  phase: 'measure',
  stage: null,
  repeat: null,
  client: 0,
  thread: 0,
  endpoint: 0,
  connection: 0,
  reused: true,
  attempts: 1,
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
  outcome: 'ok',
  httpStatus: 200,
  finishReason: 'length',
  error: null,
  item: null,
  session: null,
  turn: null,
  model: null,
  adapter: null,
  requestIdSent: null,
  requestIdReturned: null,
  askedPromptTokens: null,
  askedOutputTokens: null,
  serverPromptTokens: null,
  serverOutputTokens: null,
  tokenizerPromptTokens: null,
  tokenizerOutputTokens: null,
  streamOutputTokens: null,
  cachedTokens: null,
  reasoningTokens: null,
  serverTimings: null,
  bytesOut: 500,
  bytesIn: 4000,
  textStart: null,
  textEnd: null,
  chunkStart: 0,
  chunkEnd: 0,
}
