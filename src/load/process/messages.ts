import type { LoadPlan, LoadProgress, PlannedRequest } from '../plan.ts'

/** The lists of requests that a plan has. */
export type ListName = 'warmup' | 'requests'

/** A plan without its requests, which follow a batch at a time. */
export type PlanHead = Omit<LoadPlan, ListName> & { readonly lengths: Readonly<Record<ListName, number>> }

/** From the parent to the load process. */
export type ToChild =
  | { readonly kind: 'run'; readonly plan: PlanHead; readonly directory: string }
  | { readonly kind: 'requests'; readonly requests: readonly PlannedRequest[] }
  | { readonly kind: 'abort' }

/**
 * From the load process to the parent. `more` asks for the requests of the plan from a place on. `done` names the file that holds the recording, `unwritten` says why there is
 * none though the plan was carried out.
 */
export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'more'; readonly list: ListName; readonly from: number }
  | { readonly kind: 'progress'; readonly progress: LoadProgress }
  | { readonly kind: 'done'; readonly path: string }
  | { readonly kind: 'failed'; readonly message: string; readonly exitCode: 1 | 2 | null }
  | { readonly kind: 'unwritten'; readonly message: string }
