import type { ClientRun } from '../client-run.ts'
import type { Job } from '../job.ts'

export interface ToLibrary {
  /** File url of the library's module. */
  readonly module: string
  readonly job: Job
}

export type FromLibrary =
  | { readonly kind: 'done'; readonly run: ClientRun }
  | { readonly kind: 'failed'; readonly message: string }
