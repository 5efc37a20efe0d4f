import { compareResults, marginOf, type Comparison } from '../src/metrics/comparison/compare.ts'
import { regressions } from '../src/metrics/comparison/regressions.ts'
import type { RunOptions } from '../src/plan/options.ts'
import { comparisonLines, regressionLines } from '../src/report/comparison-text.ts'
import type { ResultFile } from '../src/result/schema.ts'

/** Results that a run is compared with; read before it starts, as it may write into the same folder. */
export interface Baseline {
  /** As the user gave it. */
  readonly directory: string
  readonly results: readonly ResultFile[]
}

/** A comparison as the run's index keeps it. */
export interface ComparisonRecord {
  readonly baseline: string
  readonly allowed: number | null
  readonly passed: boolean
  /** A line for each reason against passing. */
  readonly regressions: readonly string[]
  readonly points: readonly {
    readonly point: string
    readonly figures: readonly {
      readonly figure: string
      readonly before: number | null
      readonly after: number | null
      /** Share, with its 95 % interval; null with the reason in `why`. */
      readonly change: number | null
      readonly low: number | null
      readonly high: number | null
      readonly why: string | null
      readonly verdict: string
    }[]
  }[]
}

/** What the end of a run says of its baseline. */
export function againstBaseline(
  { directory, results: before }: Baseline,
  results: readonly ResultFile[],
  /** Points that the run was to compare. */
  points: number,
  /** Lines already printed. */
  said: readonly string[],
  { failOnRegression: allowed, allowInvalid }: Pick<RunOptions, 'failOnRegression' | 'allowInvalid'>,
): { readonly lines: readonly string[]; readonly record: ComparisonRecord; readonly comparison: Comparison } {
  const comparison = compareResults(before, results, { allowInvalid, margin: marginOf(allowed), points })
  const against =
    allowed === null ? [] : regressionLines(comparison, regressions(comparison, allowed, allowInvalid), allowed)
  const lines = [
    '',
    ...comparisonLines(comparison, directory, 'changes'),
    ...against.filter((line) => !said.includes(line)).map((line) => `  ${line}`),
  ]
  return {
    lines,
    comparison,
    record: {
      baseline: directory,
      allowed,
      passed: against.length === 0,
      regressions: against,
      points: recordOf(comparison),
    },
  }
}

function recordOf({ points }: Comparison): ComparisonRecord['points'] {
  return points.map(({ after, figures }) => ({
    point: after[0]?.servemark.point.label ?? '',
    figures: figures.map(({ figure, before, after, change, verdict }) => ({
      figure: figure.name,
      before,
      after,
      change: change.kind === 'known' ? change.change : null,
      low: change.kind === 'known' ? change.low : null,
      high: change.kind === 'known' ? change.high : null,
      why: change.kind === 'known' ? null : change.why,
      verdict,
    })),
  }))
}
