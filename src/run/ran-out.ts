import type { LoadPlan } from '../load/plan.ts'
import type { Recording } from '../recording/recording.ts'

/** What is said of a point whose requests were all sent before its time was up; null: that is not so. */
export function ranOut({ stop, requests }: LoadPlan, { ending, moments }: Recording): string | null {
  const { durationSeconds: asked } = stop
  const { measureStart: start, firstIdle } = moments
  if (asked === null || ending !== 'complete' || start === null || firstIdle === null) return null
  const seconds = ((firstIdle - start) / 1e9).toPrecision(3)
  return `all ${requests.length} requests were sent after ${seconds} s of the ${asked} s asked for: ask for more --requests`
}
