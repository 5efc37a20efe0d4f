import type { Recording } from '../recording/recording.ts'
import { seriesOf } from './series.ts'
import { sum } from './statistics.ts'
import type { Limits, Rule } from './verdict-rule.ts'
import { verdictLimits } from './verdict-limits.ts'

/** The two sides of Little's law over the whole recording, warm-up included, as means over its time. */
export interface InFlight {
  /** Mean number in flight, by the load generator's own count as requests began and ended. */
  readonly counted: number
  /** Rate of the recorded requests times their mean time; at most, if all connections were opened for a request that waited. */
  readonly least: number
  readonly most: number
}

/** A request's end is stamped by its poll and counted when the read is done. */
const countedLateNs = 200e3

/** Null where the recording has no count, or no request was sent. */
export function inFlight(recording: Recording): InFlight | null {
  const { requests } = recording
  const counts = seriesOf(recording, 'load.request_seconds').map(({ value }) => value.at(-1) ?? 0)
  let [start, end, time, opening, ended] = [Infinity, -Infinity, 0, 0, 0]
  for (let row = 0; row < requests.length; row++) {
    const [sent, closed] = [requests.writeStart[row], requests.closed[row]]
    if (sent == null || closed == null) continue
    start = Math.min(start, sent)
    end = Math.max(end, closed)
    time += closed - sent
    opening += (requests.connect[row] ?? 0) + (requests.tls[row] ?? 0)
    ended++
  }
  if (counts.length === 0 || end <= start) return null
  const window = end - start
  const slack = countedLateNs * ended
  return {
    counted: (sum(counts) * 1e9) / window,
    least: time / window,
    most: (time + opening + slack) / window,
  }
}

/** How far the count lies outside of what the requests account for, as a share of that. */
export function lawBroken({ counted, least, most }: InFlight): number {
  return Math.max(0, least / counted - 1, counted / most - 1)
}

export const littlesLaw = (family: 'throughput' | 'workload'): Rule => ({
  id: 'littles_law',
  family,
  describe:
    "Little's law, mean requests in flight = rate x mean time in flight: the load generator's own count of the former against the recorded requests, over 2 % apart suspect, over 10 % invalid",
  judge({ measured }) {
    const found = inFlight(measured.recording)
    const limits: Limits = verdictLimits.littlesLaw
    if (found === null) return null
    const apart = lawBroken(found)
    if (apart <= limits.suspect) return null
    const text = `the recording does not add up: ${found.counted.toPrecision(3)} requests were in flight on average as the load generator counted them, those recorded account for ${found.least.toPrecision(3)} (rate x mean time, Little's law); some are missing, stand twice or have wrong times: do not use these numbers, and report it`
    return { status: apart > limits.invalid ? 'invalid' : 'suspect', text }
  },
})
