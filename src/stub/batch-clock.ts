import { monotonicNs } from './clock.ts'

/**
 * One time for all reads of a turn of the event loop: their bytes were there when the poll returned, and those read
 * last did not come later for waiting in line.
 */
export function createBatchClock(): () => number {
  let stamp: number | null = null
  return () => {
    if (stamp === null) {
      stamp = monotonicNs()
      setImmediate(() => {
        stamp = null
      })
    }
    return stamp
  }
}
