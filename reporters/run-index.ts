import { renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { cannotWrite, makeFolder } from '../src/output-folder.ts'
import type { IntervalBlock } from '../src/result/schema.ts'
import type { ComparisonRecord } from './against-baseline.ts'

export type PointStatus = 'passed' | 'missed' | 'behind' | 'failed' | 'invalid' | 'broken' | 'cancelled'

export interface RunIndexPoint {
  readonly bench: string
  readonly configuration: string
  readonly point: string
  readonly status: PointStatus
  readonly kept: boolean
  /** Relative to the output directory; null when nothing was measured. */
  readonly file: string | null
  readonly verdict: string | null
  readonly error: string | null
}

export interface RepeatedRecord {
  readonly point: string
  readonly runs: number
  readonly figures: Readonly<
    Record<
      string,
      { readonly unit: string; readonly mean: number; readonly spread: number; readonly interval: IntervalBlock }
    >
  >
}

/** `results/runs/<id>.json`: what a run was and where its results are. */
export interface RunIndex {
  readonly schema_version: 1
  readonly id: string
  readonly command: string
  readonly started: string
  readonly ended: string
  readonly duration_s: number
  readonly reason: 'passed' | 'failed' | 'interrupted'
  readonly environment: Readonly<Record<string, unknown>>
  readonly points: readonly RunIndexPoint[]
  /** Points that were run several times: each figure over the runs, 95 % by Student's t. */
  readonly repeated: readonly RepeatedRecord[]
  /** Relative to the output directory. */
  readonly plots: readonly string[]
  readonly report: string | null
  /** Against `--baseline`; null without one. */
  readonly comparison: ComparisonRecord | null
}

/** Written to a temporary name and renamed, so that a reader never sees half of it. Throws a UserError. */
export function writeRunIndex(path: string, index: RunIndex): void {
  try {
    makeFolder(dirname(path))
    writeFileSync(`${path}.tmp`, `${JSON.stringify(index, null, 2)}\n`)
    renameSync(`${path}.tmp`, path)
  } catch (error) {
    throw cannotWrite(path, error)
  }
}
