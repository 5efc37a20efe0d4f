import type { LoadPlan, LoadProgress } from '../plan.ts'

/** From the parent to the load process. */
export type ToChild =
  | { readonly kind: 'run'; readonly plan: LoadPlan; readonly directory: string }
  | { readonly kind: 'abort' }

/**
 * From the load process to the parent. `done` names the file that holds the recording, `unwritten` says why there is
 * none though the plan was carried out.
 */
export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: LoadProgress }
  | { readonly kind: 'done'; readonly path: string }
  | { readonly kind: 'failed'; readonly message: string; readonly exitCode: 1 | 2 | null }
  | { readonly kind: 'unwritten'; readonly message: string }
