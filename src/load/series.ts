import type { Series } from '../recording/recording.ts'

export function series(name: string, unit: string, time: readonly number[], value: readonly number[]): Series {
  return { name, unit, time: Float64Array.from(time), value: Float64Array.from(value) }
}
