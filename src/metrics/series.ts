import type { Recording, Series } from '../recording/recording.ts'
import type { Window } from './measured.ts'

/** The series of a name, or, where each load thread has one of its own (`name.0`, `name.1`), all of them. */
export function seriesOf({ series }: Recording, name: string): Series[] {
  return series.filter((each) => each.name === name || (each.name.startsWith(`${name}.`) && /\.\d+$/.test(each.name)))
}

/** Values of a series whose times lie in the window, in order, thread after thread; empty without the series. */
export function valuesWithin(recording: Recording, name: string, window: Window): number[] {
  return seriesOf(recording, name).flatMap((found) => within(found, window))
}

export function within({ time, value }: Series, { start, end }: Window): number[] {
  return [...value].filter((_, row) => (time[row] ?? NaN) >= start && (time[row] ?? NaN) <= end)
}

/** What a counter grew by from its first value to its last; null below two values. */
export function growth({ series }: Recording, name: string): number | null {
  const value = series.find((each) => each.name === name)?.value
  const [first, last] = [value?.[0], value?.at(-1)]
  return first === undefined || last === undefined || (value?.length ?? 0) < 2 ? null : last - first
}
