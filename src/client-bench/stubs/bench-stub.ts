import type { CPrograms } from '../compile-c.ts'

/** When tokens come: the first `ttftMs` after the request, the others `gapMs` apart. */
export interface Schedule {
  readonly ttftMs: number
  readonly gapMs: number
  /** `staggered`: each request shifted by a random part of a gap. `lockStep`: all on one grid. `fixed`: neither. */
  readonly phase: 'fixed' | 'staggered' | 'lockStep'
}

/** What the server did, by its own log. Times are CLOCK_MONOTONIC, ns. */
export interface Truth {
  /** One a request, in order of arrival. */
  readonly id: Float64Array
  readonly received: Float64Array
  readonly firstDue: Float64Array
  readonly chunkStart: Float64Array
  /** One a chunk that carries a token: taken right before its send. */
  readonly sent: Float64Array
}

export interface BenchStub {
  readonly pid: number
  readonly url: string
  /** Ends the server. */
  finish(): Promise<Truth>
}

export interface StubOptions {
  readonly schedule: Schedule
  /** Where its log passes through. */
  readonly directory: string
  /** Null: the stub of this project, in Node. */
  readonly programs: CPrograms | null
}
