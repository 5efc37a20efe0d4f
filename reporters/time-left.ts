import { backends } from '../src/backends/index.ts'
import type { Backend } from '../src/backends/backend.ts'
import { loadKind } from '../src/plan/load-shapes/index.ts'
import type { Point, ServerConfiguration } from '../src/plan/types.ts'

export interface PlannedPoint {
  readonly configuration: ServerConfiguration
  readonly point: Point
}

/**
 * Seconds that a point may take by its backend's rough figures: mean lengths times seconds a token. Null where the
 * backend gives none (somebody else's server).
 */
export function estimatePoint({ configuration, point }: PlannedPoint): number | null {
  const backend: Backend | undefined = (backends as Readonly<Record<string, Backend>>)[configuration.backend]
  const rough = backend?.estimate?.(configuration.model ?? '')
  if (!rough) return null
  const request = point.promptTokens * rough.secondsPerPromptToken + point.outputTokens * rough.secondsPerOutputToken
  const kind = loadKind(point.load)
  const all = (point.requests + point.warmup.rounds * kind.warmupPerRound(point.load)) * request + 1
  return Math.max(all, kind.sendingSeconds(point.load, point.requests) ?? 0)
}

/**
 * Time left of a list of points, corrected by how long the finished ones really took. `null` until something is
 * known: no estimate and no point has ended.
 */
export class TimeLeft {
  private readonly estimates: Map<string, number | null>
  private readonly took: { estimate: number; seconds: number }[] = []

  constructor(points: readonly PlannedPoint[]) {
    this.estimates = new Map(points.map((each) => [keyOf(each), estimatePoint(each)]))
  }

  total(): number | null {
    return this.sum()
  }

  ended(key: string, seconds: number): void {
    const estimate = this.estimates.get(key)
    this.estimates.delete(key)
    this.took.push({ estimate: estimate ?? seconds, seconds })
  }

  /** `share` of the point in progress that is done, and the seconds it took so far. */
  left(current: { key: string; share: number; seconds: number } | null): number | null {
    if (!current || current.share < 0.05) return this.sum()
    const rest = this.sum(current.key)
    const here = (current.seconds / current.share) * (1 - current.share)
    return rest === null ? null : rest + here
  }

  private sum(without?: string): number | null {
    let seconds = 0
    for (const [key, estimate] of this.estimates) {
      if (key === without) continue
      if (estimate === null && this.took.length === 0) return null
      seconds += estimate ?? mean(this.took.map((each) => each.seconds))
    }
    return seconds * this.correction()
  }

  private correction(): number {
    const estimated = this.took.reduce((sum, each) => sum + each.estimate, 0)
    const real = this.took.reduce((sum, each) => sum + each.seconds, 0)
    return estimated > 0 ? real / estimated : 1
  }
}

export const keyOf = ({ configuration, point }: PlannedPoint) =>
  `${configuration.bench} ${configuration.label} ${point.label}`

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
