import { studentQuantile } from '../intervals/probability.ts'
import { mean, standardDeviation } from '../statistics.ts'
import type { FigureValue } from './figures.ts'

/** A figure's relative change, after / before - 1, with its 95 % interval; or why it cannot be told. */
export type Change =
  | {
      readonly kind: 'known'
      readonly change: number
      readonly low: number
      readonly high: number
      /** The direction that is beyond doubt at the stricter level asked for. */
      readonly surely: 'up' | 'down' | null
    }
  | { readonly kind: 'unknown'; readonly why: string }

/** Runs from which on the spread between them is taken instead of the intervals within them. */
export const runsForSpread = 3
/** With fewer, runs are taken to differ by this share (standard deviation): a restart, a neighbour, a warmer chip. */
export const assumedSpread = 0.01
/** What the intervals within runs rest on, about: independent stretches of a run. */
const degreesWithin = 20

/** On the scale of logarithms: the middle, and how far one standard error reaches down and up. */
interface Located {
  readonly middle: number
  readonly down: number
  readonly up: number
  /** Of the standard error. */
  readonly degrees: number
}

/**
 * The change of a figure from the runs of one side to those of the other; `surely` errs in at most `error` of cases. With three runs or more on both sides the interval is of the spread between runs (Welch's t on logarithms); else it
 * joins the intervals within the runs (the method of variance estimates recovery), and adds a spread between runs that they
 * know nothing of.
 */
export function changeOf(before: readonly FigureValue[], after: readonly FigureValue[], error: number): Change {
  const sides = [before, after].map((values) => {
    const known = values.flatMap((each) => (each.value === null ? [] : [each]))
    const missing = values.find((each) => each.value === null)
    return { known, why: missing?.value === null ? missing.why : 'not measured', whole: known.length === values.length }
  })
  const [a, b] = sides
  if (!a || !b) return { kind: 'unknown', why: 'not measured' }
  const gone = [a, b].findIndex((side) => side.known.length === 0 || !side.whole)
  if (gone >= 0) return { kind: 'unknown', why: `${gone === 0 ? 'before' : 'after'}: ${[a, b][gone]?.why}` }
  const equal = [...a.known, ...b.known].every((each) => each.value === 0)
  if (equal) return { kind: 'known', change: 0, low: 0, high: 0, surely: null }
  if ([...a.known, ...b.known].some((each) => each.value <= 0)) return { kind: 'unknown', why: 'a value is 0' }
  const between = a.known.length >= runsForSpread && b.known.length >= runsForSpread
  const locate = between ? spreadOf : within
  const [first, second] = [locate(a.known), locate(b.known)]
  if (first === null || second === null) {
    return { kind: 'unknown', why: `${first === null ? 'before' : 'after'}: too few values bound it` }
  }
  const degrees = welch(first, second)
  const difference = second.middle - first.middle
  const down = Math.hypot(second.down, first.up)
  const up = Math.hypot(second.up, first.down)
  const usual = studentQuantile(0.975, degrees)
  const strict = studentQuantile(1 - error / 2, degrees)
  return {
    kind: 'known',
    change: Math.expm1(difference),
    low: Math.expm1(difference - usual * down),
    high: Math.expm1(difference + usual * up),
    surely: difference - strict * down > 0 ? 'up' : difference + strict * up < 0 ? 'down' : null,
  }
}

type Known = readonly Extract<FigureValue, { readonly value: number }>[]

/** Null where an interval is absent, open or reaches down to 0. */
function within(runs: Known): Located | null {
  const normal = studentQuantile(0.975, Infinity)
  let [middle, down, up] = [0, 0, 0]
  for (const { value, interval } of runs) {
    const { low, high } = interval ?? { low: null, high: null }
    if (low === null || high === null || low <= 0) return null
    middle += Math.log(value) / runs.length
    down = Math.hypot(down, Math.max(0, Math.log(value / low)) / normal / runs.length)
    up = Math.hypot(up, Math.max(0, Math.log(high / value)) / normal / runs.length)
  }
  const between = assumedSpread / Math.sqrt(runs.length)
  return { middle, down: Math.hypot(down, between), up: Math.hypot(up, between), degrees: degreesWithin }
}

function spreadOf(runs: Known): Located | null {
  const logarithms = runs.map(({ value }) => Math.log(value))
  const [middle, deviation] = [mean(logarithms), standardDeviation(logarithms)]
  if (middle === null || deviation === null) return null
  const error = deviation / Math.sqrt(runs.length)
  return { middle, down: error, up: error, degrees: runs.length - 1 }
}

/** Degrees of freedom of the difference, by Welch and Satterthwaite. */
function welch(a: Located, b: Located): number {
  const [first, second] = [a.down ** 2, b.down ** 2]
  const spread = first ** 2 / a.degrees + second ** 2 / b.degrees
  return spread === 0 ? a.degrees + b.degrees : (first + second) ** 2 / spread
}
