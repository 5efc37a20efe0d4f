import type { BaselineGate } from './baseline-gate.ts'
import type { FloorCache } from './floor.ts'
import type { ProgressSink } from './progress.ts'

/** What a run hands to each of its configurations. */
export interface RunContext {
  readonly runId: string
  /** Absolute; logs and interrupted points of this run. */
  readonly runDirectory: string
  /** Absolute; results of all runs. */
  readonly outDirectory: string
  /** Begins every prompt's salt, so that no cache knows a prompt of another run. */
  readonly nonce: string
  /** Keep points that were measured already on a server that we start; the example and CI always measure. */
  readonly keepsPoints: boolean
  /** Keep points also of somebody else's server. */
  readonly resume: boolean
  /** Measure again what could be kept. */
  readonly overwrite: boolean
  /** Invalid points do not fail, and thresholds judge them too. */
  readonly allowInvalid: boolean
  /** The host lock is held: no other run disturbs this one. */
  readonly locked: boolean
  /** The load generator drives a small load of its own before its first point. */
  readonly rehearsed: boolean
  /** What points must not fall behind; null: nothing. */
  readonly gate: BaselineGate | null
  /** What floors are known of this run; null: none are measured. */
  readonly floors: FloorCache | null
  readonly startupTimeoutSeconds: number
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly progress: ProgressSink
  /** A line that the user should read. */
  readonly note: (line: string) => void
}
