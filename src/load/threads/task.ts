import type { Anchor, Moments, Series } from '../../recording/recording.ts'
import type { LoadPlan } from '../plan.ts'
import type { ThreadRecord } from '../record/recorder.ts'
import type { PreparedRequest } from '../prepared-request.ts'
import type { SharedSize } from './shared-state.ts'

/** What one load thread is to do. Structured-cloneable; the memory and the requests' bytes are shared. */
export interface ThreadTask {
  readonly place: number
  readonly size: SharedSize
  readonly anchor: Anchor
  readonly plan: ThreadPlan
  /** All of the point's; each thread sends some of them. */
  readonly warmup: readonly PreparedRequest[]
  readonly requests: readonly PreparedRequest[]
  readonly memory: SharedArrayBuffer
  readonly spill: SpillPlan | null
}

export type ThreadPlan = Omit<LoadPlan, 'warmup' | 'requests'>

/** Where a thread puts full blocks of its logs beyond so many bytes. */
export interface SpillPlan {
  readonly path: string
  readonly beyondBytes: number
}

/** What one load thread did. */
export interface ThreadPart {
  readonly record: ThreadRecord
  readonly moments: Moments
  readonly series: readonly Series[]
  /** Places in the plan of the measured requests that it sent or dropped. */
  readonly taken: Int32Array
}
