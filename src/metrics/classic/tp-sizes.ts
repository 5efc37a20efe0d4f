import type { ClassicGroup, ClassicPoint } from './classic-point.ts'
import { classicLatency, classicTflops } from './formulas.ts'
import { along } from './groups.ts'

/** One figure of the original's tensor-parallel plot: latency against TFLOPs per GPU, a curve a degree. */
export interface TpSizes {
  readonly group: Omit<ClassicGroup, 'tensorParallel'>
  readonly degrees: readonly TpCurve[]
}

export interface TpCurve {
  readonly tensorParallel: number
  readonly clients: readonly number[]
  /** By clients; null where the model's name tells no size, or a point has no throughput. */
  readonly tflopsPerGpu: readonly (number | null)[]
  /** Seconds, by clients. */
  readonly latency: readonly (number | null)[]
}

/** A figure for each set of points that differ in tensor-parallel degree and clients only. */
export function tpSizes(points: readonly ClassicPoint[]): TpSizes[] {
  return along(points, 'tensorParallel').map(({ group, values, points }) => ({
    group,
    degrees: values.map((tensorParallel) => {
      const curve = points
        .filter((point) => point.group.tensorParallel === tensorParallel)
        .sort((a, b) => a.clients - b.clients)
      return {
        tensorParallel,
        clients: curve.map((point) => point.clients),
        tflopsPerGpu: curve.map(
          (point) => classicTflops(point.requests, { ...point.group, clients: point.clients }).value,
        ),
        latency: curve.map((point) => classicLatency(point.requests).value),
      }
    }),
  }))
}
