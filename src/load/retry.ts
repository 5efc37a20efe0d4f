import type { TransportEnd } from './outcome.ts'

/** Requests that fail are sent again, where failing may pass. Nothing that measures is retried unless the user asks. */
export interface RetryRule {
  /** Most times that a request is sent again. */
  readonly limit: number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Unix time in milliseconds, for a `Retry-After` that is a date. */
  readonly wallNow: () => number
  /** Calls back after so many seconds; at once, with `stopped`, when nothing may be sent any more. */
  readonly wait: (seconds: number, callback: (stopped: boolean) => void) => void
}

export interface FailedAttempt {
  readonly end: TransportEnd
  readonly status: number | null
  /** A byte of an answer came. */
  readonly answered: boolean
}

/** An answer that says "not now", or no answer at all. What an answer began to say is not asked again. */
export function mayPass({ end, status, answered }: FailedAttempt): boolean {
  if (end.kind !== 'failed') return false
  if (end.outcome === 'connection_error') return !answered
  return end.outcome === 'http_error' && status !== null && isPassing(status)
}

/** 424 is Azure ML's word for a model container that failed. */
const isPassing = (status: number) => status === 408 || status === 424 || status === 429 || status >= 500

const firstSeconds = 0.5
const longestSeconds = 30

/** Before the `retry`-th sending again, from 1: doubling, spread so that clients do not come back together. */
export function backoffSeconds(retry: number, random: number): number {
  return Math.min(longestSeconds, firstSeconds * 2 ** (retry - 1)) * (0.5 + random / 2)
}

/** How long the server asks to wait: seconds or a date; null where it says nothing that can be read. */
export function retryAfterSeconds(value: string | null, wallNow: number): number | null {
  if (value === null || value.trim() === '') return null
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, (date - wallNow) / 1000)
}
