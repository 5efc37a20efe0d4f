import { readTimings } from '../../src/metrics/server-timings.ts'
import type { Allowance, OwnTimes } from '../real-server.ts'
import type { Point } from '../suite/suite.ts'
import { CheckFailed, must } from './check.ts'
import { clientLateness } from './client-lateness.ts'

/** Servers round their times, and read their clock a little after the request was there. */
const rounding = 0.0005

interface Times {
  readonly ttft: number | null
  readonly e2e: number | null
}

const words = { ttft: 'TTFT', e2e: 'E2E' } as const

/** Our times against the server's own of the same requests, warm-up included. */
export function checkOwnTimes(points: readonly Point[], times: OwnTimes): string {
  if (times.kind === 'none') return `not compared: ${times.why}`
  const compare = times.kind === 'answers' ? compareAnswers : compareCounters
  const texts = points.flatMap((point) => {
    const told = (['ttft', 'e2e'] as const).flatMap(
      (what) => compare(point, what, allowanceOf(point, times.allowance)) ?? [],
    )
    const late = clientLateness(point) ?? 0
    const client = late > times.allowance.seconds ? `, with a client that says itself it is ${show(late)} late` : ''
    return told.length === 0 ? [] : [`${point.point.load_words.name} ${told.join(', ')}${client}`]
  })
  if (texts.length === 0) throw new CheckFailed('there was no time to compare')
  return `ours are longer: ${texts.join('; ')}`
}

/** On a busy machine the client's own stamps are late: it says itself by how much. */
function allowanceOf(point: Point, { seconds, why }: Allowance): Allowance {
  const late = clientLateness(point) ?? 0
  return { seconds: seconds + late, why: `${why}, and the client's own lateness of ${show(late)}` }
}

function compareAnswers(point: Point, what: keyof Times, allowance: Allowance): string | null {
  const texts = point.requests['server_timings'] ?? []
  const theirs = texts.map((text) => {
    const timings = typeof text === 'string' ? readTimings(text) : null
    if (timings === null) throw new CheckFailed("an answer came without the server's times")
    return timings[what]
  })
  return compareRequests(words[what], oursOf(point, what), theirs, allowance)
}

function compareCounters(point: Point, what: keyof Times, allowance: Allowance): string | null {
  const ours = oursOf(point, what)
  const known = ours.filter((time) => time !== null)
  if (known.length < ours.length || known.length === 0) return null
  const { counters } = point.server
  if (counters?.source == null) throw new CheckFailed('the server told no counters')
  const { [`${what}_sum_s` as const]: sum, [`${what}_count` as const]: count } = counters.counted
  must(count === known.length, () => `the server timed ${count} requests, we sent ${known.length}`)
  return compareMeans(words[what], known, (sum ?? NaN) / known.length, allowance)
}

/** Seconds of each request, in the order of sending. An answer in one piece has no first token of its own. */
function oursOf({ requests, point }: Point, what: keyof Times): (number | null)[] {
  const column = (name: string) => (requests[name] ?? []) as readonly (number | null)[]
  const [first, last, finished] = ['first_token_s', 'last_token_s', 'finished_s'].map(column)
  return column('sent_s').map((sent, row) => {
    const end = Math.max(last?.[row] ?? -Infinity, finished?.[row] ?? -Infinity)
    const time = what === 'e2e' ? end : point.stream ? (first?.[row] ?? NaN) : NaN
    return sent === null || !Number.isFinite(time) ? null : time - sent
  })
}

type Series = readonly (number | null)[]

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
  return `${name} by ${show(median)} at the median of ${excess.length}, ${show(least)} at least`
}

/** Where the server only tells sums. */
export function compareMeans(name: string, ours: readonly number[], theirs: number, allowance: Allowance): string {
  const mean = ours.reduce((sum, time) => sum + time, 0) / ours.length
  const excess = mean - theirs
  must(excess >= -rounding, () => `${name}: our mean is ${show(-excess)} below the server's own: impossible`)
  must(excess <= allowance.seconds, () => tooLong(name, excess, allowance))
  return `${name} by ${show(excess)} of ${show(mean)} (mean of ${ours.length})`
}

const tooLong = (name: string, excess: number, { seconds, why }: Allowance) =>
  `${name}: ours is ${show(excess)} longer than the server's own; ${why} explains ${show(seconds)} at most`

const show = (seconds: number) => `${(seconds * 1000).toFixed(1)} ms`
