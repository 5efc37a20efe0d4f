import { makeVector, Table, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow'
import type { Series } from '../recording/recording.ts'
import { toNanoseconds, toSeconds } from './request-columns.ts'

/** Named samples over time as an Arrow IPC file, one row a sample: name, unit, time_s, value. */
export function seriesToArrow(series: readonly Series[]): Uint8Array {
  const repeat = (text: (one: Series) => string) => series.flatMap((one) => Array.from(one.time, () => text(one)))
  const join = (column: (one: Series) => Float64Array) =>
    Float64Array.from(series.flatMap((one) => Array.from(column(one))))
  return tableToIPC(
    new Table({
      name: vectorFromArray(repeat((one) => one.name)),
      unit: vectorFromArray(repeat((one) => one.unit)),
      time_s: makeVector(join((one) => one.time).map(toSeconds)),
      value: makeVector(join((one) => one.value)),
    }),
    'file',
  )
}

/** Throws when the bytes are no such file. */
export function seriesFromArrow(bytes: Uint8Array): Series[] {
  const found = new Map<string, { name: string; unit: string; time: number[]; value: number[] }>()
  for (const row of tableFromIPC(bytes)) {
    const { name, unit, time_s, value } = row.toJSON() as { name: string; unit: string; time_s: number; value: number }
    const one = found.get(name) ?? { name, unit, time: [], value: [] }
    found.set(name, one)
    one.time.push(toNanoseconds(time_s))
    one.value.push(value)
  }
  return [...found.values()].map((one) => ({
    name: one.name,
    unit: one.unit,
    time: Float64Array.from(one.time),
    value: Float64Array.from(one.value),
  }))
}
