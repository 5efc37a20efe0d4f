import type { Allowance, OwnTimes, Times } from '../real-server.ts'
import { CheckFailed, must } from './check.ts'
import { growth } from './scrape.ts'
import type { Block, Measured } from './sweep.ts'

/** Servers round their times, and read their clock a little after the request was there. */
const rounding = 0.0005

/** Our times against the server's own of the same requests. */
export function checkOwnTimes(measured: Measured, times: OwnTimes): string {
  if (times.kind === 'none') return `not compared: ${times.why}`
  const ours = measured.points.flatMap(timesOf)
  if (times.kind === 'answers') {
    const theirs = measured.points.flatMap(({ requests }) =>
      (requests['server_timings'] ?? []).map((text) => {
        if (typeof text !== 'string') throw new CheckFailed("an answer came without the server's times")
        return times.read(JSON.parse(text) as Record<string, unknown>)
      }),
    )
    return join(
      compareRequests('TTFT', pick(ours, 'ttft'), pick(theirs, 'ttft'), times.allowance),
      compareRequests('E2E', pick(ours, 'e2e'), pick(theirs, 'e2e'), times.allowance),
    )
  }
  const { counted } = measured
  if (counted === null) throw new CheckFailed('the server was not asked for its counters')
  const mean = (name: string) => {
    const count = growth(counted, `${name}_count`)
    must(count === ours.length, () => `${name} counts ${count} requests, we sent ${ours.length}`)
    return growth(counted, `${name}_sum`) / count
  }
  return join(
    compareMeans('TTFT', pick(ours, 'ttft'), () => mean(times.ttft), times.allowance),
    compareMeans('E2E', pick(ours, 'e2e'), () => mean(times.e2e), times.allowance),
  )
}

/** Seconds of each request, warm-up included, in the order of sending. An answer in one piece has no first token of its own. */
function timesOf({ requests, point }: Block): Times[] {
  const column = (name: string) => (requests[name] ?? []) as readonly (number | null)[]
  const [sent, first, last, finished] = ['sent_s', 'first_token_s', 'last_token_s', 'finished_s'].map(column)
  return (sent ?? []).map((start, row) => {
    const end = Math.max(last?.[row] ?? -Infinity, finished?.[row] ?? -Infinity)
    const token = first?.[row] ?? null
    return {
      ttft: !point.stream || start === null || token === null ? null : token - start,
      e2e: start === null || !Number.isFinite(end) ? null : end - start,
    }
  })
}

type Series = readonly (number | null)[]
const pick = (times: readonly Times[], name: keyof Times): Series => times.map((each) => each[name])

/** None of ours may be shorter than the server's, and half of them at most `allowance` longer. Null: nothing to compare. */
export function compareRequests(name: string, ours: Series, theirs: Series, allowance: Allowance): string | null {
  must(ours.length === theirs.length, () => `${ours.length} requests of ours, ${theirs.length} of the server's`)
  const excess = ours.flatMap((time, row) => {
    const other = theirs[row] ?? null
    return time === null || other === null ? [] : [time - other]
  })
  if (excess.length === 0) return null
  const least = Math.min(...excess)
  must(least >= -rounding, () => `${name}: ours is ${show(-least)} shorter than the server's own: impossible`)
  const median = excess.toSorted((a, b) => a - b)[Math.floor(excess.length / 2)] ?? 0
  must(median <= allowance.seconds, () => tooLong(name, median, allowance))
  return `${name} ours is longer by ${show(median)} at the median, ${show(least)} at least (${excess.length} requests)`
}

/** Where the server only tells sums. Null when we have no such time. */
export function compareMeans(name: string, ours: Series, theirs: () => number, allowance: Allowance): string | null {
  const known = ours.filter((time) => time !== null)
  if (known.length < ours.length || known.length === 0) return null
  const mean = known.reduce((sum, time) => sum + time, 0) / known.length
  const excess = mean - theirs()
  must(excess >= -rounding, () => `${name}: our mean is ${show(-excess)} below the server's own: impossible`)
  must(excess <= allowance.seconds, () => tooLong(name, excess, allowance))
  return `${name} mean ${show(mean)}, the server's own is ${show(excess)} less (${known.length} requests)`
}

const tooLong = (name: string, excess: number, { seconds, why }: Allowance) =>
  `${name}: ours is ${show(excess)} longer than the server's own; ${why} explains ${show(seconds)} at most`

function join(...texts: readonly (string | null)[]): string {
  const told = texts.filter((text) => text !== null)
  if (told.length === 0) throw new CheckFailed('there was no time to compare')
  return told.join('; ')
}

const show = (seconds: number) => `${(seconds * 1000).toFixed(1)} ms`
