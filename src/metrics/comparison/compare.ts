import type { ResultFile } from '../../result/schema.ts'
import { mean, sum } from '../statistics.ts'
import { changeOf, type Change } from './change.ts'
import { figures, figureValue, type Figure, type FigureValue } from './figures.ts'
import { matchPoints, type MatchedPoint } from './match-points.ts'
import { areUnequal, meanLength } from './unequal-work.ts'

export type ComparisonVerdict = 'better' | 'worse' | 'same' | 'cannot tell'

export interface ComparedFigure {
  readonly figure: Figure
  /** Means over the runs; null where it does not exist. */
  readonly before: number | null
  readonly after: number | null
  readonly change: Change
  readonly verdict: ComparisonVerdict
}

export interface ComparedPoint extends MatchedPoint {
  readonly figures: readonly ComparedFigure[]
  /** Sentences on what makes the sides unlike: other work, an invalid verdict. */
  readonly cautions: readonly string[]
  /** An invalid verdict on either side. */
  readonly invalid: boolean
}

export interface Comparison {
  readonly points: readonly ComparedPoint[]
  /** Points of the later side without a counterpart. */
  readonly alone: readonly ResultFile[]
  /** Figures whose directions hold all at once. */
  readonly together: number
  /** Fewest runs of a point on either side; 0 without points. */
  readonly runs: number
}

export interface CompareOptions {
  /** Judge invalid points as if they were not. */
  readonly allowInvalid?: boolean
  /** A change that is surely smaller than this share is none. */
  readonly margin?: number
  /** Points that are compared in all, where this is not all of them: no false alarm among them together. */
  readonly points?: number
}

/** In how many comparisons, at most, chance alone may call any figure better or worse. */
export const falseAlarms = 0.03
export const usualMargin = 0.05
/** Where a smaller change is not allowed, it is none only below that. */
export const marginOf = (allowed: number | null) => Math.min(usualMargin, allowed ?? usualMargin)

/**
 * Compares the points that both sides have. `same`: the 95 % interval of the change lies within the margin. `worse` and
 * `better`: it does not, and the direction is beyond doubt for all figures at once (Bonferroni), so that looking at many of
 * them raises no false alarm. Else `cannot tell`.
 */
export function compareResults(
  before: readonly ResultFile[],
  after: readonly ResultFile[],
  options: CompareOptions = {},
): Comparison {
  const { matched, alone } = matchPoints(before, after)
  const pairs = matched.map((point) => ({ point, ...unlike(point, options.allowInvalid ?? false) }))
  const judged = pairs.map(
    ({ point, objection }) =>
      figures.filter((figure) => objection(figure) === null && change(point, figure, falseAlarms)?.kind === 'known')
        .length,
  )
  const share = falseAlarms / Math.max(1, options.points ?? 0, judged.filter((count) => count > 0).length)
  const points = pairs.map(({ point, objection, cautions, invalid }, i) => ({
    ...point,
    cautions,
    invalid,
    figures: figures.flatMap((figure): ComparedFigure[] => {
      const against = objection(figure)
      const found = change(point, figure, share / Math.max(1, judged[i] ?? 0))
      if (found === null) return []
      const known: Change = against === null ? found : { kind: 'unknown', why: against }
      return [
        {
          figure,
          before: average(valuesOf(point.before, figure)),
          after: average(valuesOf(point.after, figure)),
          change: known,
          verdict: verdictOf(figure, known, options.margin ?? usualMargin),
        },
      ]
    }),
  }))
  const runs = Math.min(...matched.map((each) => Math.min(each.before.length, each.after.length)))
  return { points, alone, together: sum(judged), runs: matched.length === 0 ? 0 : runs }
}

/** Null where neither side has the figure: goodput without objectives, TTFT without streaming. */
function change({ before, after }: MatchedPoint, figure: Figure, error: number): Change | null {
  const [a, b] = [valuesOf(before, figure), valuesOf(after, figure)]
  if ([...a, ...b].every((each) => each.value === null)) return null
  return changeOf(a, b, error)
}

function valuesOf(runs: readonly ResultFile[], figure: Figure): FigureValue[] {
  return runs.map(({ servemark }) => figureValue(figure, servemark.metrics) ?? { value: null, why: 'not in this file' })
}

const average = (values: readonly FigureValue[]) =>
  values.every((each) => each.value !== null) ? mean(values.flatMap((each) => each.value ?? [])) : null

function verdictOf({ better }: Figure, found: Change, margin: number): ComparisonVerdict {
  if (found.kind === 'unknown') return 'cannot tell'
  if (found.low >= -margin && found.high <= margin) return 'same'
  if (found.surely === null) return 'cannot tell'
  return (found.surely === 'up') === (better === 'higher') ? 'better' : 'worse'
}

/** What stands against comparing a point's figures. */
function unlike({ before, after }: MatchedPoint, allowInvalid: boolean) {
  const invalid = [...before, ...after].some(({ servemark }) => servemark.verdict.status === 'invalid')
  const lengths = (['prompt', 'output'] as const).flatMap((which) => {
    const [a, b] = [meanLength(before, which), meanLength(after, which)]
    if (a === null || b === null) return []
    if (!areUnequal(which, a, b)) return []
    return [{ which, text: `unequal work: ${a.toPrecision(4)} and ${b.toPrecision(4)} ${which} tokens a request` }]
  })
  const otherPrompts = lengths.find((each) => each.which === 'prompt')
  const otherAnswers = lengths.find((each) => each.which === 'output')
  return {
    invalid,
    cautions: [...(invalid ? ['a run of it is invalid'] : []), ...lengths.map((each) => each.text)],
    objection: (figure: Figure): string | null =>
      invalid && !allowInvalid
        ? 'a run of it is invalid'
        : (otherPrompts?.text ?? (figure.byWork ? (otherAnswers?.text ?? null) : null)),
  }
}
