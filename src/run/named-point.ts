import { findBackend } from '../backends/index.ts'
import type { Point, ServerConfiguration } from '../plan/types.ts'
import type { NamedPoint } from '../result/names.ts'

/** What names a point's result file. `model`: as the server calls it; before it was asked, the bench's or the backend's. */
export function namedPoint(configuration: ServerConfiguration, point: Point, model: string | null): NamedPoint {
  const backend = findBackend(configuration.backend)
  const defaults = backend.params.safeParse({})
  return {
    configuration,
    point,
    model: model ?? configuration.model ?? backend.id,
    run: point.repeat + 1,
    ownDefaults: defaults.success ? defaults.data : {},
  }
}
