import type { Recording } from '../recording/recording.ts'
import type { Window } from './measured.ts'

/** Values of a series whose times lie in the window, in order; empty without the series. */
export function valuesWithin({ series }: Recording, name: string, window: Window): number[] {
  const found = series.find((each) => each.name === name)
  if (found === undefined) return []
  return [...found.value].filter((_, row) => {
    const time = found.time[row] ?? NaN
    return time >= window.start && time <= window.end
  })
}

/** What a counter grew by from its first value to its last; null below two values. */
export function growth({ series }: Recording, name: string): number | null {
  const value = series.find((each) => each.name === name)?.value
  const [first, last] = [value?.[0], value?.at(-1)]
  return first === undefined || last === undefined || (value?.length ?? 0) < 2 ? null : last - first
}
