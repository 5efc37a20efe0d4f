import type { ComparedFigure, ComparedPoint, Comparison } from './compare.ts'

/** Why a comparison does not pass the gate. */
export type Regression =
  | { readonly kind: 'worse'; readonly point: ComparedPoint; readonly figure: ComparedFigure; readonly by: number }
  | { readonly kind: 'invalid'; readonly point: ComparedPoint }
  /** Nothing of the point could be compared: what is unknown cannot pass. */
  | { readonly kind: 'unknown'; readonly point: ComparedPoint }
  | { readonly kind: 'nothing' }

/**
 * What fails `--fail-on-regression`: a figure that is worse by more than `allowed` (a share), beyond doubt worse at all; an
 * invalid point; a point of which no figure could be compared; no point in common.
 */
export function regressions(comparison: Comparison, allowed: number, allowInvalid: boolean): Regression[] {
  if (comparison.points.length === 0) return [{ kind: 'nothing' }]
  return comparison.points.flatMap((point): Regression[] => {
    if (point.invalid && !allowInvalid) return [{ kind: 'invalid', point }]
    if (point.figures.every((each) => each.change.kind === 'unknown')) return [{ kind: 'unknown', point }]
    return point.figures.flatMap((figure) => {
      if (figure.verdict !== 'worse' || figure.change.kind !== 'known') return []
      const by = Math.abs(figure.change.change)
      return by > allowed ? [{ kind: 'worse', point, figure, by } as const] : []
    })
  })
}
