import type { TopLevelSpec } from 'vega-lite'
import type { VerdictStatus } from '../result/schema.ts'
import type { PlotTheme } from './theme.ts'

/** One plot: what it is called, where its figures go, and how they come from points. */
export interface Plot {
  readonly id: string
  readonly name: string
  /** Directory under `<out>/plots`. */
  readonly directory: string
  draw(input: PlotInput): DrawnPlot[]
}

export interface PlotInput {
  readonly points: readonly PlottedPoint[]
  readonly theme: PlotTheme
  /** How the backends look, by id; others get a palette. */
  readonly looks: Readonly<Record<string, BackendLook>>
}

export interface BackendLook {
  readonly color: string
  readonly marker: string
  readonly dimensions: readonly ('tp' | 'bs' | 'replicas')[]
}

/** One figure. `group` tells which points it shows and is the stem of its file. */
export interface DrawnPlot {
  readonly group: string
  /** One line for lists and as the figure's accessible name. */
  readonly title: string
  readonly spec: TopLevelSpec
}

/** What plots need of one point's result, of whatever generation. */
export interface PlottedPoint {
  readonly group: PointGroup
  /** Name of the curve: the result label. */
  readonly curve: string
  readonly backend: string
  readonly stream: boolean
  /** Null: not a closed loop. */
  readonly clients: number | null
  /** Measured rate of ok requests, per second. */
  readonly requestsPerSecond: number | null
  readonly meanLatencySeconds: number | null
  readonly status: VerdictStatus
  readonly caveat: string | null
}

/** Points of one group can be compared: the same model, server size and lengths. Null: the file does not tell. */
export interface PointGroup {
  readonly model: string
  readonly tensorParallel: number | null
  readonly maxRaggedBatchSize: number | null
  readonly replicas: number | null
  readonly promptTokens: number | null
  readonly outputTokens: number | null
}

/** Stem of a group's files, in the manner of the result files' names. */
export function groupName(group: PointGroup): string {
  const parts = [
    group.model.replaceAll(/[^\w.-]+/g, '_').slice(-150),
    numbered('tp', group.tensorParallel),
    numbered('bs', group.maxRaggedBatchSize),
    numbered('replicas', group.replicas),
    numbered('prompt', group.promptTokens),
    numbered('gen', group.outputTokens),
  ]
  return parts.flat().join('-')
}

const numbered = (name: string, value: number | null) => (value === null ? [] : [`${name}${value}`])
