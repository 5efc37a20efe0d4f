import type { Launch } from '../src/backends/backend.ts'
import type { BenchInput } from '../src/plan/options.ts'
import type { Check } from './checks/check.ts'
import type { Workshop } from './workshop/workshop.ts'

/** A server that `npm run test:real` makes, starts and measures. */
export interface RealServer {
  readonly title: string
  /** Makes all that it needs, kept for the next time. Rejects with a UserError where this machine cannot: it is skipped. */
  readonly install: (workshop: Workshop) => Promise<Installed>
}

export interface Installed {
  /** Of the program as installed. */
  readonly version: string
  /** Folders of its programs, put before PATH. */
  readonly path: readonly string[]
  readonly start: Start
  /** The bench file as a user would write it; lengths, clients and requests come from the sweep. */
  readonly bench: BenchInput
  /** How it is asked. */
  readonly sweeps: readonly Sweep[]
  /** What it tells of its work, for the checks that compare it with ours. */
  readonly counts: Readonly<Partial<Record<Sweep, Counts>>>
  readonly times: OwnTimes
  /** Requests that run now, where it tells; `root` is its address. */
  readonly running?: (root: string) => Promise<number>
  /** What a run says when the server is killed under it. */
  readonly killed: RegExp
  /** Checks of this server alone, while it stands. */
  readonly more?: readonly Check[]
}

/** Who starts it: the suite by its backend's launch, or the test, and the suite is told its address. */
export type Start =
  | { readonly by: 'suite' }
  | { readonly by: 'test'; readonly launch: (port: number) => Promise<TestLaunch> }

export interface TestLaunch {
  readonly launch: Launch
  /** What it stands in front of; ended after it. */
  readonly beside?: AsyncDisposable
}

export type Sweep = 'streamed' | 'whole'

/** Tokens by its usage: `exact`: each answer has what was asked for; `none`: it counts nothing. */
export type Counts =
  | { readonly kind: 'exact'; readonly totals: Totals | null }
  | { readonly kind: 'none'; readonly why: string }

/** Its counters of all its work, at `/metrics`. */
export interface Totals {
  readonly path: string
  readonly promptTokens: string
  readonly outputTokens: string
}

/** Where it tells how long its requests took. */
export type OwnTimes =
  | { readonly kind: 'none'; readonly why: string }
  /** With each answer; seconds, null: not told. */
  | {
      readonly kind: 'answers'
      readonly read: (timings: Readonly<Record<string, unknown>>) => Times
      readonly allowance: Allowance
    }
  /** As sums of all requests: names of two histograms at `/metrics`, in seconds. */
  | {
      readonly kind: 'histograms'
      readonly path: string
      readonly ttft: string
      readonly e2e: string
      readonly allowance: Allowance
    }

export interface Times {
  readonly ttft: number | null
  readonly e2e: number | null
}

/** By how much ours may be longer than the server's, seconds at the median, and what explains it. */
export interface Allowance {
  readonly seconds: number
  readonly why: string
}
