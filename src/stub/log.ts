import type { Route, StubEvent } from './reply.ts'

/** What the stub did, all times in ns of CLOCK_MONOTONIC (the epoch of `process.hrtime`). */
export interface StubLog {
  readonly startedNs: number
  /** Generation requests in order of arrival, since the start or the last clear. */
  readonly requests: readonly RequestLog[]
  readonly lateness: Lateness
}

export interface RequestLog {
  /** Place in the order of arrival, from 0. */
  readonly index: number
  /** The client's `x-request-id`, else one of the stub's; what stands behind the dash of the chunks' `id`. */
  readonly requestId: string
  readonly route: Route
  readonly stream: boolean
  /** When the request's last bytes were there: the return of the poll that brought them. */
  readonly receivedNs: number
  readonly promptTokens: number | null
  readonly askedTokens: number | null
  readonly faults: readonly string[]
  /** Null where no status was sent. */
  readonly status: number | null
  readonly headersNs: number | null
  readonly chunks: ChunkLog
  /** `left`: the client went away first; `open`: not ended yet. */
  readonly ended: 'open' | 'complete' | 'close' | 'reset' | 'left'
  readonly endedNs: number | null
  /** Writes that the kernel did not take at once, so that their stamps are earlier than their bytes. */
  readonly blockedWrites: number
}

/** Columns, one entry an event, in the order of sending. Events that shared a write share their times. */
export interface ChunkLog {
  readonly kind: ChunkName[]
  readonly tokens: number[]
  /** When the schedule wanted the write. */
  readonly dueNs: number[]
  /** Taken right before the write; the same number stands in the chunk. */
  readonly sentNs: number[]
}

/** `body`: a whole JSON answer. */
export type ChunkName = StubEvent['kind'] | 'body'

/** How late token-carrying chunks were against the schedule, ms; never negative. Null without any. */
export interface Lateness {
  readonly count: number
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly maxMs: number | null
}

const tokenKinds: ReadonlySet<ChunkName> = new Set<ChunkName>(['text', 'reasoning', 'tool', 'body'])

export function carriesToken(kind: ChunkName): boolean {
  return tokenKinds.has(kind)
}

export function lateness(requests: readonly RequestLog[]): Lateness {
  const late: number[] = []
  for (const { chunks } of requests) {
    for (const [i, kind] of chunks.kind.entries()) {
      if (carriesToken(kind)) late.push(((chunks.sentNs[i] as number) - (chunks.dueNs[i] as number)) / 1e6)
    }
  }
  late.sort((a, b) => a - b)
  const rank = (share: number) => late[Math.max(0, Math.ceil(share * late.length) - 1)] ?? null
  return { count: late.length, p50Ms: rank(0.5), p99Ms: rank(0.99), maxMs: rank(1) }
}
