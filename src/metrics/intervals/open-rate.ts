import type { IntervalBlock } from '../../result/schema.ts'
import { answeredAt } from '../../recording/request-times.ts'
import type { Measured, Window } from '../measured.ts'
import { sum } from '../statistics.ts'
import { reach } from './probability.ts'
import { standardError } from './standard-error.ts'

/** Stretches of time, and how many answers each has on average at least. */
const most = 20
const answersEach = 5
const fewest = 6

/**
 * 95 % interval of a rate of an open loop, by batch means: the time from the first answer to the last (or the window) is cut
 * into equal stretches, whose work is taken as a series. Arrivals that are drawn at random are part of what varies, and so are
 * planned changes of the rate. Open where there are fewer than 30 answers.
 */
export function openRateInterval(
  { recording: { requests }, ok }: Measured,
  rate: number,
  work: (row: number) => number,
  window?: Window,
): IntervalBlock {
  const done = ok
    .flatMap((row) => {
      const at = answeredAt(requests, row)
      return at === null || (window && (at <= window.start || at > window.end)) ? [] : [{ at, work: work(row) }]
    })
    .sort((a, b) => a.at - b.at)
  const [first, last] = [window?.start ?? done[0]?.at, window?.end ?? done.at(-1)?.at]
  const count = Math.min(most, Math.floor(done.length / answersEach))
  if (first === undefined || last === undefined || !(last > first) || count < fewest) return { low: null, high: null }
  const stretches = Array.from({ length: count }, () => 0)
  for (const one of done) {
    // The first answer opens the first stretch: it belongs to the time before.
    if (one.at <= first) continue
    const index = Math.min(count - 1, Math.ceil(((one.at - first) / (last - first)) * count) - 1)
    stretches[index] = (stretches[index] ?? 0) + one.work
  }
  const mean = sum(stretches) / count
  const found = standardError(stretches)
  if (found === null || !(mean > 0)) return { low: null, high: null }
  const relative = (reach(found.effective) * found.error) / mean
  return { low: rate * Math.exp(-relative), high: rate * Math.exp(relative) }
}
