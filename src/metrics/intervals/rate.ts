import type { IntervalBlock } from '../../result/schema.ts'
import { answeredAt } from '../../recording/request-times.ts'
import type { Measured } from '../measured.ts'
import { sum } from '../statistics.ts'
import { effectiveCount } from './effective-count.ts'
import { reach } from './probability.ts'

/**
 * 95 % interval of a rate of a closed loop. Its clients always have a request on the wire, so that the rate is known as
 * well as the ratio of work to time on the wire over the requests in order of sending (Little's law); the interval has
 * that ratio's relative width, by the delta method and Student's t. Undefined for other loads. Open below three
 * independent requests.
 */
export function rateInterval(
  { recording: { requests }, facts, ok }: Measured,
  rate: number,
  /** Work of a request: 1, or its tokens. */
  work: (row: number) => number,
): IntervalBlock | undefined {
  if (facts.clients === null) return undefined
  const works: number[] = []
  const times: number[] = []
  for (const row of ok) {
    const [sent, answered] = [requests.writeStart[row], answeredAt(requests, row)]
    if (sent == null || answered === null) continue
    works.push(work(row))
    times.push(answered - sent)
  }
  const [done, took] = [sum(works), sum(times)]
  if (works.length < 3 || !(done > 0) || !(took > 0)) return { low: null, high: null }
  const off = works.map((one, i) => one - (done / took) * (times[i] ?? 0))
  const effective = effectiveCount(off)
  if (effective < 3) return { low: null, high: null }
  const deviation = Math.sqrt(sum(off.map((value) => value * value)) / (off.length - 1))
  const relative = (reach(effective) * deviation) / (done / off.length) / Math.sqrt(effective)
  return { low: rate * Math.exp(-relative), high: rate * Math.exp(relative) }
}
