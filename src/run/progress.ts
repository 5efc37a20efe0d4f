import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { LoadProgress } from '../load/plan.ts'

/** What a run is doing now. */
export type RunProgress =
  | { readonly stage: 'idle' }
  | {
      readonly stage: 'starting' | 'probing' | 'stopping'
      readonly bench: string
      readonly configuration: string
      readonly sinceMs: number
    }
  | {
      readonly stage: 'preparing' | 'floor' | 'judging'
      readonly bench: string
      readonly configuration: string
      readonly point: string
      readonly sinceMs: number
    }
  | {
      readonly stage: 'measuring'
      readonly bench: string
      readonly configuration: string
      readonly point: string
      readonly sinceMs: number
      readonly load: LoadProgress
    }

export interface ProgressSink {
  write(progress: RunProgress): void
}

/**
 * A file as the channel from the worker to the live line: works across processes, costs nothing in the load
 * process, and is replaced whole so that a reader never sees half of it.
 */
export function openProgress(file: string): ProgressSink {
  return {
    write(progress) {
      try {
        writeFileSync(`${file}.tmp`, JSON.stringify(progress))
        renameSync(`${file}.tmp`, file)
      } catch {
        // The live line is a comfort; a full disk must not end a measurement.
      }
    },
  }
}

/** The last state written, `idle` when there is none yet. */
export function readProgress(file: string): RunProgress {
  try {
    const progress = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunProgress>
    return progress.stage ? (progress as RunProgress) : { stage: 'idle' }
  } catch {
    return { stage: 'idle' }
  }
}
