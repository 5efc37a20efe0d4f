import { compareResults, marginOf } from '../metrics/comparison/compare.ts'
import { regressions } from '../metrics/comparison/regressions.ts'
import { regressionLines } from '../report/comparison-text.ts'
import type { ResultFile } from '../result/schema.ts'
import type { BaselineGate } from './baseline-gate.ts'

/** A line for each reason why a point, in all its runs, falls behind; none: it does not, or the baseline has no such point. */
export function fallsBehind(gate: BaselineGate, runs: readonly ResultFile[]): string[] {
  const { allowed, allowInvalid, points } = gate
  const comparison = compareResults(gate.results, runs, { allowInvalid, margin: marginOf(allowed), points })
  if (comparison.points.length === 0) return []
  const found = regressions(comparison, allowed, allowInvalid)
  // An invalid run fails for that alone.
  const own = runs.some((run) => run.servemark.verdict.status === 'invalid')
  return regressionLines(
    comparison,
    found.filter(({ kind }) => kind !== 'invalid' || !own),
    allowed,
  )
}
