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

/**
 * Tokens by its usage: `exact`: each answer has what was asked for; `counters`: those that it must tell, which must then have
 * grown by exactly our requests.
 */
export type Counts =
  | { readonly kind: 'exact'; readonly counters: readonly ('requests' | 'prompt_tokens' | 'output_tokens')[] }
  | { readonly kind: 'none'; readonly why: string }

/** Where it tells how long its requests took: with each answer, or as sums of all. */
export type OwnTimes =
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'answers' | 'counters'; readonly allowance: Allowance }

/** By how much ours may be longer than the server's at the median or mean, beside the client's own error; what explains it. */
export interface Allowance {
  readonly seconds: number
  readonly why: string
}
