import type { Ending, Outcome, Phase } from './vocabulary.ts'

/**
 * Everything that was measured at one point, as columns. All metrics are derived from it, at once or later
 * from the stored file.
 *
 * Times are nanoseconds (double) on the monotonic clock since `anchor`; unknown is null in request columns.
 */
export interface Recording {
  readonly anchor: Anchor
  readonly requests: RequestColumns
  readonly chunks: ChunkColumns
  readonly batches: BatchColumns
  readonly series: readonly Series[]
  /** The generated text as UTF-8; requests and chunks hold byte ranges of it. Empty when text is not kept. */
  readonly text: Uint8Array
  /** Moments of the scenario, ns since the anchor; null where the phase was not reached. */
  readonly moments: Moments
  readonly ending: Ending
}

/** Time zero of a recording on both clocks. */
export interface Anchor {
  /** Unix time in seconds. */
  readonly wallSeconds: number
  /** CLOCK_MONOTONIC in nanoseconds. */
  readonly monotonicNs: number
}

export interface Moments {
  readonly warmupStart: number | null
  readonly warmupEnd: number | null
  readonly measureStart: number | null
  readonly measureEnd: number | null
  /** The last client has sent its first measured request. */
  readonly allStarted: number | null
  /** The first client found no request left. */
  readonly firstIdle: number | null
}

type Column<T> = readonly (T | null)[]

/** One entry a request, warm-up included, in the order of sending. */
export interface RequestColumns {
  readonly length: number
  readonly phase: readonly Phase[]
  readonly stage: Column<number>
  readonly repeat: Column<number>
  readonly client: Column<number>
  readonly thread: Column<number>
  readonly endpoint: Column<number>
  readonly connection: Column<number>
  readonly reused: Column<boolean>
  readonly attempts: Column<number>

  /** Times, ns since the anchor. */
  readonly intended: Column<number>
  readonly writeStart: Column<number>
  readonly writeDone: Column<number>
  readonly firstByte: Column<number>
  readonly firstToken: Column<number>
  readonly firstReasoning: Column<number>
  readonly firstContent: Column<number>
  readonly firstToolCall: Column<number>
  readonly lastToken: Column<number>
  /** The event that carried the finish reason. */
  readonly finished: Column<number>
  readonly usage: Column<number>
  readonly endMark: Column<number>
  readonly closed: Column<number>

  /** Durations in ns; null on a reused connection. */
  readonly connect: Column<number>
  readonly tls: Column<number>

  readonly outcome: readonly Outcome[]
  readonly httpStatus: Column<number>
  readonly finishReason: Column<string>
  readonly error: Column<string>

  readonly item: Column<number>
  readonly session: Column<string>
  readonly turn: Column<number>
  readonly model: Column<string>
  readonly adapter: Column<string>
  readonly requestIdSent: Column<string>
  readonly requestIdReturned: Column<string>

  readonly askedPromptTokens: Column<number>
  readonly askedOutputTokens: Column<number>
  /** Counts by ledger: the server's usage, our tokenizer, the stream's own ids or running counts. */
  readonly serverPromptTokens: Column<number>
  readonly serverOutputTokens: Column<number>
  readonly tokenizerPromptTokens: Column<number>
  readonly tokenizerOutputTokens: Column<number>
  readonly streamOutputTokens: Column<number>
  readonly cachedTokens: Column<number>
  readonly reasoningTokens: Column<number>
  /** The server's own timings of the request, as the JSON text it sent. */
  readonly serverTimings: Column<string>

  readonly bytesOut: Column<number>
  readonly bytesIn: Column<number>
  /** Byte range of `text`. */
  readonly textStart: Column<number>
  readonly textEnd: Column<number>
  /** Range of rows in `chunks`: chunks of one request are neighbours, in order of arrival. */
  readonly chunkStart: readonly number[]
  readonly chunkEnd: readonly number[]
}

/** One row a stream event (a JSON answer is one event). */
export interface ChunkColumns {
  readonly length: number
  readonly request: Int32Array
  /** Stamp of the poll whose read completed the event, ns since the anchor. */
  readonly time: Float64Array
  /** Row in `batches`. */
  readonly batch: Int32Array
  /** Serial number of the socket read that completed the event: equal in two rows = they shared a read. */
  readonly read: Int32Array
  readonly bytes: Int32Array
  /** Tokens carried, -1 unknown. */
  readonly tokens: Int32Array
  /** Index in `chunkKinds`. */
  readonly kind: Uint8Array
  /** 1 when the chunk carries a token of any kind (text, or ids or running usage that say so). */
  readonly carriesToken: Uint8Array
  /** End of the chunk's bytes in `text`; its start is the end of the row before, or the request's `textStart`. */
  readonly textEnd: Int32Array
}

/** One row a return of the event loop's poll that brought bytes. */
export interface BatchColumns {
  readonly length: number
  /** When the poll returned, ns since the anchor. */
  readonly time: Float64Array
  /**
   * How late the stamp can be for what the loop did, ns: work since the poll before, or since this one's return where it waited
   * (any bytes that had come earlier would have kept it from waiting).
   */
  readonly busy: Float64Array
  /** How late it can be beyond that, ns: the loop had something to do and waited for a core. 0 where the kernel does not tell. */
  readonly runDelay: Float64Array
  /** 1 where the poll found nothing at first and had to wait. */
  readonly waited: Uint8Array
  /** The load thread whose loop it was. */
  readonly thread: Uint8Array
  /** Reads in the batch. */
  readonly reads: Int32Array
}

export interface Series {
  readonly name: string
  readonly unit: string
  readonly time: Float64Array
  readonly value: Float64Array
}
