export interface LinearAxis {
  /** Ends of the domain, multiples of the step. */
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
  /** d3 format of the tick labels: as many decimals as the step needs. */
  readonly format: string
}

/** An axis from 0 to just above `max` with steps of 1, 2, 2.5 or 5 times a power of ten. */
export function axisFromZero(max: number, wantedTicks = 6): LinearAxis {
  return axisOver(0, max > 0 && Number.isFinite(max) ? max : 1, wantedTicks)
}

/** An axis that holds both values, from tick to tick. */
export function axisOver(low: number, high: number, wantedTicks = 6): LinearAxis {
  const rough = (high > low ? high - low : Math.abs(high) || 1) / wantedTicks
  const power = Math.floor(Math.log10(rough))
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => rough <= candidate * 10 ** power * (1 + 1e-9)) ?? 10
  const step = factor * 10 ** power
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  const decimals = Math.max(0, -power - (factor === 10 ? 1 : 0) + (factor === 2.5 ? 1 : 0))
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(decimals)))
  return { min: ticks[0] ?? 0, max: ticks.at(-1) ?? step, ticks, format: `,.${decimals}f` }
}
