import type { TopLevelSpec } from 'vega-lite'
import type { ClassicPoint } from '../metrics/classic/classic-point.ts'
import type { Skipped } from '../metrics/classic/token-latency-percentiles.ts'
import type { Outcome } from '../recording/vocabulary.ts'
import type { MetricBlock, VerdictStatus } from '../result/schema.ts'
import type { Interval } from './curve-chart.ts'
import type { PlotConfig } from './plot-config.ts'
import type { PlotTheme } from './theme.ts'

/** One plot: what it is called, where its figures go, and how they come from points. */
export interface Plot {
  readonly id: string
  readonly name: string
  /** Directory under `<out>/plots`. */
  readonly directory: string
  /** What it shows, in one line. */
  readonly about: string
  /** It needs token counts, which take long where only the texts are stored. */
  readonly countsTokens: boolean
  /** Its figures show several directories side by side, so that only points that are in each of them are drawn. */
  readonly comparesDirectories: boolean
  draw(input: PlotInput, settings?: PlotSettings): DrawnPlot[]
}

export interface PlotInput {
  readonly points: readonly PlottedPoint[]
  readonly theme: PlotTheme
  /** How the backends look, by id; others get a palette. */
  readonly looks: Readonly<Record<string, BackendLook>>
}

/** How figures are drawn, where a user may choose. */
export interface PlotSettings {
  /** `classic`: as the original draws it, fits and all; `honest`: what was measured. */
  readonly look: 'honest' | 'classic'
  /** What `plot_config.yaml` says, by curve. */
  readonly configs: Readonly<Record<string, PlotConfig>>
  /** Deadlines of effective throughput, tokens/s. */
  readonly promptRate: number
  readonly generationRates: readonly number[]
  /** What the latency percentiles leave out; null: what the generation of the files leaves out. */
  readonly skipped: Skipped | null
  /** Replica scaling at one load only; null: at each. */
  readonly clientsPerReplica: number | null
  /** Above this many points only the heaviest load of each curve gets a timeline. */
  readonly mostTimelines: number
  /** Takes a line for each figure or point that could not be drawn. */
  readonly tell: (line: string) => void
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
  /** What is drawn, as JSON: points, fits, groups. */
  readonly data: Readonly<Record<string, unknown>>
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
  readonly load: PlottedLoad
  /** Which of the point's runs it is, from 1. */
  readonly run: number
  /** Runs that it stands for. */
  readonly runs: number
  /** Measured rate of ok requests, per second. */
  readonly requestsPerSecond: number | null
  readonly meanLatencySeconds: number | null
  /** 95 % intervals of the two; null where the file has none. */
  readonly intervals: { readonly requestsPerSecond: Interval | null; readonly meanLatencySeconds: Interval | null }
  readonly status: VerdictStatus
  readonly caveat: string | null
  /** Of the original's files; null: ours. */
  readonly generation: 1 | 2 | null
  /** As the original's formulas see it; null where the file lacks one of its dimensions. */
  readonly classic: ClassicPoint | null
  /** By id; empty for the original's files. */
  readonly metrics: Readonly<Record<string, MetricBlock>>
  /** The measured requests in order of sending. */
  readonly requests: () => readonly PlottedRequest[]
}

/** How people name a point's load. */
export interface PlottedLoad {
  /** `clients=8`, `rate=4` */
  readonly name: string
  /** `8`, `4/s` */
  readonly short: string
  /** `8 clients`, `4 requests/s` */
  readonly long: string
  /** Points of a curve go in this order. */
  readonly order: number
}

/** Times in seconds since the first of them was sent. */
export interface PlottedRequest {
  readonly outcome: Outcome
  /** Null: the file does not tell. */
  readonly client: number | null
  readonly sent: number
  readonly firstToken: number | null
  readonly end: number
  /** Gaps between the chunks that carried tokens; empty where unknown or not streamed. */
  readonly gaps: readonly number[]
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
