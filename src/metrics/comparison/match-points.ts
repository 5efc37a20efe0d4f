import type { PointBlock, ResultFile } from '../../result/schema.ts'

/** A point as both sides measured it, each in one run or more. */
export interface MatchedPoint {
  readonly before: readonly ResultFile[]
  readonly after: readonly ResultFile[]
}

/** What must be equal for two points to be the same one, from strict to loose: other labels, servers, models. */
const levels: readonly ((point: PointBlock) => readonly unknown[])[] = [
  (point) => [point.result_label, point.configuration, point.model, ...shapeOf(point)],
  (point) => [point.configuration, point.model, ...shapeOf(point)],
  (point) => [point.model, ...shapeOf(point)],
  shapeOf,
]

function shapeOf(point: PointBlock): readonly unknown[] {
  return [point.label.replace(/ run=\d+$/, ''), point.stream, point.load['route'] ?? null]
}

/**
 * Pairs the points of two sets of results by the strictest of these that pairs any. A point that is paired with several is
 * left alone, as are those without a counterpart.
 */
export function matchPoints(
  before: readonly ResultFile[],
  after: readonly ResultFile[],
): { readonly matched: readonly MatchedPoint[]; readonly alone: readonly ResultFile[] } {
  for (const level of levels) {
    const [left, right] = [group(before, level), group(after, level)]
    const matched = [...right].flatMap(([key, runs]) => {
      const counterpart = left.get(key)
      return counterpart && isOne(counterpart) && isOne(runs) ? [{ before: counterpart, after: runs }] : []
    })
    if (matched.length === 0) continue
    const paired = new Set(matched.flatMap((each) => each.after))
    return { matched, alone: after.filter((result) => !paired.has(result)) }
  }
  return { matched: [], alone: after }
}

const group = (results: readonly ResultFile[], level: (typeof levels)[number]) =>
  Map.groupBy(results, ({ servemark: { point } }) => JSON.stringify(level(point)))

/** All are runs of one point. */
function isOne(results: readonly ResultFile[]): boolean {
  return group(results, levels[0] ?? shapeOf).size === 1
}
