import { performance } from 'node:perf_hooks'
import type { Anchor } from '../recording/recording.ts'

/** Monotonic time since `anchor`, in whole nanoseconds. */
export interface Clock {
  readonly anchor: Anchor
  readonly now: () => number
}

/**
 * Times below 2^31 are small integers to V8: the first one beyond would change what its compiled code is built on. Whole
 * milliseconds, as the wall clock's.
 */
const headStartNs = 4_295e6

/**
 * Time zero of a recording: some seconds before now. The wall clock is read in whole milliseconds, so this busy-waits for
 * three of its edges, and takes the one that was seen soonest.
 */
export function makeAnchor(): Anchor {
  let tightest = Infinity
  let anchor = { wallSeconds: 0, monotonicNs: 0 }
  for (let edge = 0; edge < 3; edge++) {
    const before = Date.now()
    let wall = Date.now()
    while (wall === before) wall = Date.now()
    const monotonicNs = Number(process.hrtime.bigint())
    const distance = monotonicNs - wall * 1e6
    if (distance >= tightest) continue
    tightest = distance
    anchor = { wallSeconds: wall / 1000 - headStartNs / 1e9, monotonicNs: monotonicNs - headStartNs }
  }
  return anchor
}

/**
 * `performance.now()` costs the same as `hrtime.bigint()` and makes no BigInt, so it is the clock of the hot path. Each
 * thread has its own zero of it, so that its distance from CLOCK_MONOTONIC, which they share, is measured here.
 */
export function createClock(anchor: Anchor): Clock {
  const offset = monotonicMinusPerformance() - anchor.monotonicNs
  return { anchor, now: () => Math.round(performance.now() * 1e6 + offset) }
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
