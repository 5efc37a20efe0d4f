export interface LinearAxis {
  /** Upper end of the domain, which begins at 0; a multiple of the step. */
  readonly max: number
  readonly ticks: readonly number[]
  /** d3 format of the tick labels: as many decimals as the step needs. */
  readonly format: string
}

/** An axis from 0 to just above `max` with steps of 1, 2, 2.5 or 5 times a power of ten. */
export function axisFromZero(max: number, wantedTicks = 6): LinearAxis {
  const top = max > 0 && Number.isFinite(max) ? max : 1
  const rough = top / wantedTicks
  const power = Math.floor(Math.log10(rough))
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => rough <= candidate * 10 ** power * (1 + 1e-9)) ?? 10
  const step = factor * 10 ** power
  const count = Math.max(1, Math.ceil(top / step - 1e-9))
  const decimals = Math.max(0, -power - (factor === 10 ? 1 : 0) + (factor === 2.5 ? 1 : 0))
  const ticks = Array.from({ length: count + 1 }, (_, i) => Number((i * step).toFixed(decimals)))
  return { max: ticks[count] ?? step, ticks, format: `,.${decimals}f` }
}
