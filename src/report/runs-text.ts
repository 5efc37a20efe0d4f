import { acrossRuns } from '../metrics/comparison/across-runs.ts'
import { figures, figureValue } from '../metrics/comparison/figures.ts'
import type { ResultFile } from '../result/schema.ts'
import { formatNumber, formatSeconds } from './format.ts'
import { pointNames } from './point-names.ts'

/** For each point that was run several times: mean, spread and 95 % interval of its figures over the runs. */
export function runLines(results: readonly ResultFile[]): string[] {
  const points = [...Map.groupBy(results, keyOf).values()].filter((runs) => runs.length > 1)
  const names = pointNames(points.flatMap((runs) => runs.slice(0, 1)))
  return points.flatMap((runs, i) => {
    const lines = figures.flatMap((figure) => {
      const values = runs.map(({ servemark }) => figureValue(figure, servemark.metrics))
      const known = values.flatMap((each) => (each === null || each.value === null ? [] : [each.value]))
      const found = known.length === runs.length ? acrossRuns(known) : null
      if (found === null) return []
      const shown = (value: number | null) =>
        figure.unit === 's' ? formatSeconds(value) : `${formatNumber(value)} ${figure.unit}`
      const { mean, spread, interval } = found
      return [
        `    ${figure.name.padEnd(24)} ${shown(mean)}, spread ${shown(spread)}, 95 % ${shown(interval.low)} to ${shown(interval.high)}`,
      ]
    })
    return lines.length === 0 ? [] : [`  ${names[i]}, ${runs.length} runs:`, ...lines]
  })
}

function keyOf({ servemark: { point } }: ResultFile): string {
  return JSON.stringify([point.result_label, point.configuration, point.model, point.label.replace(/ run=\d+$/, '')])
}
