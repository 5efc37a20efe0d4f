import { readFileSync, writeFileSync } from 'node:fs'
import type { ServerConfiguration } from '../plan/types.ts'
import type { ResultFile } from '../result/schema.ts'

/** What the points of a run must not fall behind. */
export interface BaselineGate {
  readonly results: readonly ResultFile[]
  /** Share by which a figure may be worse. */
  readonly allowed: number
  /** Points that the whole run compares: as many figures are looked at together. */
  readonly points: number
  readonly allowInvalid: boolean
}

/** A point's place among its runs: `clients=4 run=2` is a run of `clients=4`. */
export const withoutRun = (label: string): string => label.replace(/ run=\d+$/, '')

/** How many of the planned points the baseline has, by their labels, each with all its runs as one. */
export function comparedPoints(
  configurations: readonly ServerConfiguration[],
  results: readonly ResultFile[],
  isSelected: (configuration: ServerConfiguration, label: string) => boolean,
): number {
  const known = new Set(results.map((result) => withoutRun(result.servemark.point.label)))
  return configurations
    .map(
      (each) =>
        new Set(each.points.filter(({ label }) => isSelected(each, label)).map(({ label }) => withoutRun(label))),
    )
    .reduce((count, labels) => count + [...labels].filter((label) => known.has(label)).length, 0)
}

/** For the workers of a run, which may start after its results have taken the place of older ones. */
export function writeGate(path: string, gate: BaselineGate): void {
  const slim = gate.results.map((result) => ({
    ...result,
    response_details: [],
    servemark: { ...result.servemark, requests: {} },
  }))
  writeFileSync(path, JSON.stringify({ ...gate, results: slim }))
}

export function readGate(path: string): BaselineGate {
  return JSON.parse(readFileSync(path, 'utf8')) as BaselineGate
}
