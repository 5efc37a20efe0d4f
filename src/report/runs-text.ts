import { acrossRuns, type AcrossRuns } from '../metrics/comparison/across-runs.ts'
import { figures, figureValue, type Figure } from '../metrics/comparison/figures.ts'
import type { ResultFile } from '../result/schema.ts'
import { formatNumber, formatSeconds } from './format.ts'
import { pointNames } from './point-names.ts'

/** A point that was run several times: each of its figures over the runs. */
export interface RepeatedPoint {
  readonly name: string
  readonly runs: number
  readonly figures: readonly { readonly figure: Figure; readonly found: AcrossRuns }[]
}

export function repeatedPoints(results: readonly ResultFile[]): RepeatedPoint[] {
  const points = [...Map.groupBy(results, keyOf).values()].filter((runs) => runs.length > 1)
  const names = pointNames(points.flatMap((runs) => runs.slice(0, 1)))
  return points.map((runs, i) => ({
    name: names[i] ?? '',
    runs: runs.length,
    figures: figures.flatMap((figure) => {
      const values = runs.map(({ servemark }) => figureValue(figure, servemark.metrics))
      const known = values.flatMap((each) => (each === null || each.value === null ? [] : [each.value]))
      const found = known.length === runs.length ? acrossRuns(known) : null
      return found === null ? [] : [{ figure, found }]
    }),
  }))
}

export const overRunsTitle = "Over the runs (mean, standard deviation, 95 % by Student's t):"

/** For each point that was run several times: mean, spread and 95 % interval of its figures over the runs. */
export function runLines(results: readonly ResultFile[]): string[] {
  return repeatedPoints(results).flatMap(({ name, runs, figures }) => {
    const lines = figures.map(({ figure, found: { mean, spread, interval } }) => {
      const shown = (value: number | null) => inUnit(figure, value)
      return `    ${figure.name.padEnd(24)} ${shown(mean)}, spread ${shown(spread)}, 95 % ${shown(interval.low)} to ${shown(interval.high)}`
    })
    return lines.length === 0 ? [] : [`  ${name}, ${runs} runs:`, ...lines]
  })
}

export const inUnit = ({ unit }: Figure, value: number | null) =>
  unit === 's' ? formatSeconds(value) : `${formatNumber(value)} ${unit}`

function keyOf({ servemark: { point } }: ResultFile): string {
  return JSON.stringify([point.result_label, point.configuration, point.model, point.label.replace(/ run=\d+$/, '')])
}
