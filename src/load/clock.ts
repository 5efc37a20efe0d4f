import { performance } from 'node:perf_hooks'
import type { Anchor } from '../recording/recording.ts'

/** Monotonic time since `anchor`, in nanoseconds as a double. */
export interface Clock {
  readonly anchor: Anchor
  readonly now: () => number
}

/**
 * `performance.now()` costs the same as `hrtime.bigint()` and makes no BigInt, so it is the clock of the hot path.
 * Its distance from CLOCK_MONOTONIC is measured here, once a thread. Busy-waits up to 1 ms for an edge of the wall
 * clock, whose reading is in whole milliseconds.
 */
export function createClock(): Clock {
  const base = monotonicMinusPerformance()
  const before = Date.now()
  let wall = Date.now()
  while (wall === before) wall = Date.now()
  const origin = performance.now() * 1e6
  return {
    anchor: { wallSeconds: wall / 1000, monotonicNs: base + origin },
    now: () => performance.now() * 1e6 - origin,
  }
}

/** Offset of the tightest of 200 readings, ns. */
function monotonicMinusPerformance(): number {
  let tightest = Infinity
  let offset = 0
  for (let attempt = 0; attempt < 200; attempt++) {
    const early = process.hrtime.bigint()
    const middle = performance.now()
    const late = process.hrtime.bigint()
    const width = Number(late - early)
    if (width >= tightest) continue
    tightest = width
    offset = Number(early) + width / 2 - middle * 1e6
  }
  return offset
}
