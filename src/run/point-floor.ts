import type { Target } from '../backends/backend.ts'
import type { FloorScheme } from './canary-server.ts'
import { seconds, type Measured } from '../metrics/measured.ts'
import { observedShape } from '../metrics/stream-shape.ts'
import type { FloorBlock } from '../result/schema.ts'
import { measureFloor } from './floor.ts'
import { type PointMeasurement, reporter } from './point-measurement.ts'

/** Only while nothing of ours can be at work on the server, and never at the cost of the result. */
export async function floorOf(given: PointMeasurement, measured: Measured): Promise<FloorBlock | null> {
  const { point, ready, load, context, died, signal } = given
  const { floors } = context
  const { recording } = measured
  const idle = recording.ending === 'complete' && recording.requests.outcome.every((outcome) => outcome === 'ok')
  if (floors === null || ready.canary === null || !idle || died.aborted || signal.aborted) return null
  const observed = observedShape(measured)
  if (observed === null || measured.span === null) return null
  reporter(given)('floor')
  try {
    return await measureFloor(observed, {
      load,
      server: ready.canary,
      scheme: schemeOf(ready.target),
      stream: point.stream,
      threads: recording.requests.thread.reduce<number>((most, thread) => Math.max(most, thread ?? 0), 0) + 1,
      measuredSeconds: seconds(measured.span),
      cache: floors,
      signal: AbortSignal.any([signal, died]),
    })
  } catch (error) {
    context.note(`${point.label}: the client's floor was not measured: ${String(error)}`)
    return null
  }
}

/** One for all endpoints of a target. */
function schemeOf({ endpoints }: Target): FloorScheme {
  const scheme = endpoints[0]?.url.split(':')[0]
  return scheme === 'https' || scheme === 'grpc' ? scheme : 'http'
}
