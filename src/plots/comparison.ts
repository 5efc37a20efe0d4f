import type { ClassicGroup } from '../metrics/classic/classic-point.ts'
import { commonGroups } from '../metrics/classic/groups.ts'
import { groupTuple } from './classic-names.ts'
import type { PlottedPoint } from './plot.ts'

/** What of several directories can be compared, as the original sees it: groups of points that are in each of them. */
export interface Comparison {
  readonly points: readonly PlottedPoint[]
  readonly plotted: readonly ClassicGroup[]
  /** By directory: groups that another one lacks. */
  readonly missing: Readonly<Record<string, readonly ClassicGroup[]>>
}

export function compareDirectories(points: readonly PlottedPoint[]): Comparison {
  const byCurve = Map.groupBy(points, (point) => point.curve)
  const { plotted, missing } = commonGroups(
    Object.fromEntries([...byCurve].map(([curve, own]) => [curve, own.flatMap(({ classic }) => classic ?? [])])),
  )
  const shared = new Set(plotted.map((group) => groupTuple(group).join(' ')))
  return {
    points: points.filter(({ classic }) => classic === null || shared.has(groupTuple(classic.group).join(' '))),
    plotted,
    missing,
  }
}

const heads = ['model', 'tp_size', 'bs', 'replicas', 'prompt', 'gen']

/** A table for each directory with groups that another one lacks; empty when there are none. */
export function missingTables({ missing }: Comparison): string[] {
  return Object.entries(missing).flatMap(([directory, groups]) => {
    const rows = [heads, ...groups.map((group) => groupTuple(group).map(String))]
    const widths = heads.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
    const line = (row: readonly string[]) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')
    const title = `WARNING: ${directory} has points that are not in every directory compared; they are not drawn:`
    return [title, ...rows.map(line), '']
  })
}
