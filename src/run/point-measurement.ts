import type { Backend } from '../backends/backend.ts'
import type { Redactor } from '../backends/redactor.ts'
import type { LoadProcess } from '../load/process/load-process.ts'
import type { Point, ServerConfiguration } from '../plan/types.ts'
import type { ReadyServer } from './ready-server.ts'
import type { RunContext } from './run-context.ts'

export interface PointMeasurement {
  readonly configuration: ServerConfiguration
  readonly point: Point
  readonly backend: Backend
  readonly ready: ReadyServer
  readonly load: LoadProcess
  readonly redactor: Redactor
  readonly context: RunContext
  /** Aborts when the server ends by itself. */
  readonly died: AbortSignal
  /** Aborts when the user wants to stop. */
  readonly signal: AbortSignal
}

/** Says in which stage a point is. */
export function reporter({ configuration, point, context }: PointMeasurement) {
  return (stage: 'preparing' | 'floor' | 'judging') =>
    context.progress.write({
      stage,
      bench: configuration.bench,
      configuration: configuration.label,
      point: point.label,
      sinceMs: Date.now(),
    })
}
