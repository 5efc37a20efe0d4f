export interface Ramp<Result> {
  readonly lowest: number
  /** Ratio of two neighbouring values. */
  readonly step: number
  /** The climb takes so many steps at once. */
  readonly coarseSteps: number
  /** Between the last that passed and the first that failed, look at single steps too. */
  readonly fine: boolean
  /** A value fails when it has failed so often in a row. */
  readonly tries: number
  /** `limited`: what was asked for could not be given, whatever came of it. */
  readonly attempt: (
    value: number,
  ) => Promise<{ readonly passes: boolean; readonly limited: boolean; readonly result: Result }>
}

export interface RampEnd<Result> {
  /** Of the highest value that passed; null: none did. */
  readonly result: Result | null
  readonly value: number | null
  /** Higher values could not be tried. */
  readonly limited: boolean
}

/** Climbs until a value fails, then halves what lies between. Takes it that what fails, fails above too. */
export async function highestPassing<Result>(ramp: Ramp<Result>): Promise<RampEnd<Result>> {
  const valueAt = (place: number): number => ramp.lowest * ramp.step ** place
  let best: { place: number; result: Result } | null = null
  let limited = false
  const tryPlace = async (place: number): Promise<boolean> => {
    for (let attempt = 0; attempt < ramp.tries; attempt++) {
      const { passes, limited: short, result } = await ramp.attempt(valueAt(place))
      limited = short
      if (passes) best = { place, result }
      if (passes || short) return passes && !short
    }
    return false
  }
  let place = 0
  while (await tryPlace(place)) place += ramp.coarseSteps
  if (ramp.fine && !limited) {
    let [good, bad] = [(best as { place: number } | null)?.place ?? -1, place]
    while (bad - good > 1 && good >= 0) {
      const middle = Math.floor((good + bad) / 2)
      if (await tryPlace(middle)) good = middle
      else bad = middle
    }
  }
  const end = best as { place: number; result: Result } | null
  return { result: end?.result ?? null, value: end === null ? null : valueAt(end.place), limited }
}
