/** Values to pixels, and the marks of an axis. */
export interface Scale {
  readonly log: boolean
  at(value: number): number
  readonly ticks: readonly number[]
}

/** Values that span more than this are drawn on a logarithmic axis. */
const widestLinear = 20

/** From 0 upwards, or logarithmic where the values span too much for that. `from` and `to` in pixels. */
export function scaleOf(
  values: readonly number[],
  from: number,
  to: number,
  wanted: number,
  widest = widestLinear,
): Scale {
  const known = values.filter(Number.isFinite)
  const most = known.length === 0 ? 1 : known.reduce((a, b) => Math.max(a, b))
  const least = known.length === 0 ? 0 : known.reduce((a, b) => Math.min(a, b))
  if (least > 0 && most / least > widest) return logScale(least, most, from, to)
  const step = niceStep((most || 1) / wanted)
  const top = Math.ceil((most || 1) / step - 1e-9) * step
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)))
  return { log: false, ticks, at: (value) => from + ((to - from) * value) / top }
}

/** Marks at 1, 2 and 5 of each decade, or at the decades alone where there are many. */
function logScale(least: number, most: number, from: number, to: number): Scale {
  const low = Math.log10(least)
  const high = Math.log10(most)
  const room = 0.06 * (high - low)
  const [start, end] = [low - room, high + room]
  const factors = high - low > 3 ? [1] : [1, 2, 5]
  const ticks: number[] = []
  for (let decade = Math.floor(start); decade <= Math.ceil(end); decade++) {
    for (const factor of factors) {
      const tick = Number((factor * 10 ** decade).toPrecision(6))
      if (Math.log10(tick) >= start && Math.log10(tick) <= end) ticks.push(tick)
    }
  }
  return { log: true, ticks, at: (value) => from + ((to - from) * (Math.log10(value) - start)) / (end - start) }
}

function niceStep(rough: number): number {
  const size = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 2.5, 5, 10].find((factor) => factor * size >= rough * (1 - 1e-9)) ?? 10) * size
}

/** Of marks in order those that stand at least `gap` pixels apart; the last one always. */
export function apart(places: readonly number[], gap: number): readonly boolean[] {
  const kept = places.map(() => false)
  let last = Infinity
  for (let i = places.length - 1; i >= 0; i--) {
    const place = places[i] ?? 0
    if (Math.abs(last - place) < gap) continue
    kept[i] = true
    last = place
  }
  return kept
}

export const tickText = (value: number) => value.toLocaleString('en-US', { maximumSignificantDigits: 6 })
