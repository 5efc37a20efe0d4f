import type { IntervalBlock } from '../../result/schema.ts'
import { answeredAt } from '../../recording/request-times.ts'
import type { Measured, Window } from '../measured.ts'
import { sum } from '../statistics.ts'
import { openRateInterval } from './open-rate.ts'
import { reach } from './probability.ts'
import { standardError } from './standard-error.ts'

/**
 * 95 % interval of a rate. The clients of a closed loop always have a request on the wire, so that the rate is known as
 * well as the ratio of work to time on the wire over the requests in order of sending (Little's law); the interval has
 * that ratio's relative width, by the delta method and Student's t, and that of the clients' uneven end. Open below three
 * independent requests. Of an open loop, see `openRateInterval`.
 */
export function rateInterval(
  measured: Measured,
  rate: number,
  /** Work of a request: 1, or its tokens. */
  work: (row: number) => number,
  /** The part of an open loop that the rate is of; absent: all of it. */
  window?: Window,
): IntervalBlock {
  const {
    recording: { requests },
    facts,
    ok,
    span,
    tokens,
  } = measured
  if (facts.clients === null) return openRateInterval(measured, rate, work, window)
  const works: number[] = []
  const times: number[] = []
  const lengths: number[] = []
  for (const row of ok) {
    const [sent, answered] = [requests.writeStart[row], answeredAt(requests, row)]
    if (sent == null || answered === null) continue
    works.push(work(row))
    times.push(answered - sent)
    const length = tokens.output.counts[row]
    if (length != null) lengths.push(length)
  }
  const [done, took] = [sum(works), sum(times)]
  if (works.length < 3 || !(done > 0) || !(took > 0)) return { low: null, high: null }
  const off = works.map((one, i) => one - (done / took) * (times[i] ?? 0))
  const found = standardError(off, lengths.length === off.length ? lengths : null, facts.clients)
  if (found === null) return { low: null, high: null }
  const ofRatio = found.error / (done / off.length)
  const relative = reach(found.effective) * Math.hypot(ofRatio, endSpread(span, facts.clients, took))
  return { low: rate * Math.exp(-relative), high: rate * Math.exp(relative) }
}

/**
 * The clients end one after the other, by chance: their idle time in the span, as a share, varies by itself / sqrt(3 x
 * clients), as sums of uniform times do.
 */
function endSpread(span: Window | null, clients: number, took: number): number {
  if (span === null) return 0
  const idle = 1 - took / (clients * (span.end - span.start))
  return Math.max(0, idle) / Math.sqrt(3 * clients)
}
