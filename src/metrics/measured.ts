import type { Recording } from '../recording/recording.ts'
import { answeredAt } from '../recording/request-times.ts'
import type { CountersBlock } from '../result/schema.ts'
import { classicRequests, type ClassicRequest } from './classic/classic-request.ts'
import type { Objectives } from './objectives.ts'
import { mean } from './statistics.ts'
import { tokenCounts, type TokenCounts } from './token-ledger.ts'

/** What the metrics must know of the point beside its recording. */
export interface PointFacts {
  /** Closed-loop clients; null in an open loop. */
  readonly clients: number | null
  readonly stream: boolean
  readonly model: string
  readonly tensorParallel: number
  /** Tensor-parallel degree x replicas; null where no GPU is known to be at work. */
  readonly gpus: number | null
  readonly parametersBillion: number | null
  /** Nominal lengths of the point. */
  readonly promptTokens: number
  readonly outputTokens: number
  /** The result file holds `generated_tokens` as a list of chunk texts, which the original counts in another way. */
  readonly listedTokens: boolean
  readonly objectives: Objectives
  /** What the server counted of itself around the recording, warm-up included. */
  readonly counters: CountersBlock | null
}

/** A recording with what several metrics derive from it. Times are ns since the anchor. */
export interface Measured {
  readonly recording: Recording
  readonly facts: PointFacts
  readonly tokens: { readonly prompt: TokenCounts; readonly output: TokenCounts }
  /** Requests of the phases measure and drain. */
  readonly rows: readonly number[]
  /** Those of them that are ok. */
  readonly ok: readonly number[]
  /** Those of them that are not: at +infinity in censored percentiles. */
  readonly lost: readonly number[]
  /** First send to the last token or end mark of an ok request; null when none is ok. */
  readonly span: Window | null
  readonly steady: Steady
  readonly classic: readonly ClassicRequest[]
}

export interface Window {
  readonly start: number
  readonly end: number
}

/** The part in which all clients were at work; too short a part says nothing of a steady state. */
export type Steady = { readonly window: Window } | { readonly window: null; readonly reason: string }

/** Steady numbers need this many mean latencies. */
const steadyLatencies = 3

export function measure(recording: Recording, facts: PointFacts): Measured {
  const { requests } = recording
  const rows: number[] = []
  for (let row = 0; row < requests.length; row++) {
    if (requests.phase[row] === 'measure' || requests.phase[row] === 'drain') rows.push(row)
  }
  const ok = rows.filter((row) => requests.outcome[row] === 'ok')
  return {
    recording,
    facts,
    tokens: { prompt: tokenCounts(requests, ok, 'prompt'), output: tokenCounts(requests, ok, 'output') },
    rows,
    ok,
    lost: rows.filter((row) => requests.outcome[row] !== 'ok'),
    span: spanOf(recording, rows, ok),
    steady: steadyOf(recording, ok),
    classic: classicRequests(recording, facts.listedTokens, facts.stream),
  }
}

export const seconds = (window: Window) => (window.end - window.start) / 1e9

function spanOf({ requests }: Recording, rows: readonly number[], ok: readonly number[]): Window | null {
  let start = Infinity
  for (const row of rows) start = Math.min(start, requests.writeStart[row] ?? Infinity)
  let end = -Infinity
  for (const row of ok) {
    end = Math.max(end, answeredAt(requests, row) ?? -Infinity, requests.endMark[row] ?? -Infinity)
  }
  return end > start ? { start, end } : null
}

function steadyOf({ requests, moments }: Recording, ok: readonly number[]): Steady {
  const { allStarted, firstIdle } = moments
  if (allStarted === null || firstIdle === null || firstIdle <= allStarted) {
    return { window: null, reason: 'the clients were never all at work at once' }
  }
  const latencies: number[] = []
  for (const row of ok) {
    const [sent, answered] = [requests.writeStart[row], answeredAt(requests, row)]
    if (sent != null && answered !== null) latencies.push(answered - sent)
  }
  const latency = mean(latencies)
  if (latency === null) return { window: null, reason: 'no request was ok' }
  const length = firstIdle - allStarted
  if (length < steadyLatencies * latency) {
    const text = (ns: number) => `${(ns / 1e9).toPrecision(3)} s`
    return {
      window: null,
      reason: `all clients were at work for ${text(length)} only, less than ${steadyLatencies} mean latencies of ${text(latency)}; ask for more --requests`,
    }
  }
  return { window: { start: allStarted, end: firstIdle } }
}
