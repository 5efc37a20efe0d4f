import type { ResultFile } from '../result/schema.ts'

/** For each result the shortest name that tells it from the others: `clients=8`, or with lengths and server. */
export function pointNames(results: readonly ResultFile[]): string[] {
  const points = results.map((result) => result.servemark.point)
  const labels = points.map((point) => point.label)
  const kinds: readonly (readonly string[])[] = [
    points.map((point) => (point.clients === null ? point.label : `clients=${point.clients}`)),
    labels,
    points.map((point) => `${point.configuration} ${point.label}`),
    points.map((point) => `${point.result_label}: ${point.configuration} ${point.label}`),
  ]
  return [...(kinds.find((names) => new Set(names).size === names.length) ?? kinds.at(-1) ?? labels)]
}
