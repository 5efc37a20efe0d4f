import type { ThreadPart, ThreadTask } from './task.ts'
import type { News } from './team.ts'

/** To a load thread. */
export type ToThread =
  | { readonly kind: 'run'; readonly task: ThreadTask }
  | { readonly kind: 'gathered'; readonly numbers: readonly (readonly number[])[] }
  | { readonly kind: 'begin'; readonly at: number }
  | { readonly kind: 'news'; readonly news: News }

/** From a load thread. `together` and `begin`: it waits for the others. */
export type FromThread =
  | { readonly kind: 'up' }
  | { readonly kind: 'together'; readonly numbers: readonly number[] }
  | { readonly kind: 'begin' }
  | { readonly kind: 'news'; readonly news: News }
  | { readonly kind: 'done'; readonly part: ThreadPart }
  | { readonly kind: 'failed'; readonly message: string; readonly exitCode: 1 | 2 | null }
