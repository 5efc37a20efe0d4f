import type { ResultFile, VerdictFamily, VerdictStatus } from '../result/schema.ts'
import { listPoints, pointNames } from './point-names.ts'

/** One thing said against points, once for all points and families that it concerns. */
export interface Finding {
  readonly status: VerdictStatus
  readonly text: string
  /** `all 4 points`, or their names. */
  readonly where: string
  readonly families: readonly VerdictFamily[]
}

/** Valid only when every point is. */
export function worstStatus(results: readonly ResultFile[]): VerdictStatus {
  const statuses = new Set(results.map((result) => result.servemark.verdict.status))
  return order.find((status) => statuses.has(status)) ?? 'valid'
}

/** How many points have the worst status: `every point`, `1 of 4 points`. */
export function shareOfWorst(results: readonly ResultFile[]): string {
  const worst = worstStatus(results)
  const count = results.filter((result) => result.servemark.verdict.status === worst).length
  return count === results.length ? 'every point' : `${count} of ${results.length} points`
}

/**
 * The reasons of all points, worst first. What one rule says of several points is one finding; when its words differ
 * from point to point or family to family (numbers), the first ones stand for all.
 */
export function findingsOf(results: readonly ResultFile[]): Finding[] {
  const names = pointNames(results)
  const reasons = results.flatMap((result, point) =>
    result.servemark.verdict.reasons.map((reason) => ({ ...reason, point })),
  )
  const groups = Map.groupBy(reasons, ({ rule, status }) => `${rule} ${status}`)
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group
      if (first === undefined) return []
      const points = [...new Set(group.map((reason) => reason.point))]
      const differs = group.some((reason) => reason.text !== first.text)
      return [
        {
          status: first.status,
          text: differs ? `${first.text} (at ${names[first.point]}; other numbers elsewhere)` : first.text,
          where: listPoints(results, points),
          families: [...new Set(group.map((reason) => reason.family))],
        },
      ]
    })
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status))
}

const order: readonly VerdictStatus[] = ['invalid', 'suspect', 'valid']
