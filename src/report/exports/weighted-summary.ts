/** A distribution of guidellm: values with weights, percentiles without interpolation. */
export interface WeightedValue {
  readonly value: number
  readonly weight: number
}

const shares = {
  p001: 0.001,
  p01: 0.01,
  p05: 0.05,
  p10: 0.1,
  p25: 0.25,
  p50: 0.5,
  p75: 0.75,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
} as const

/** Null without values. */
export function weightedSummary(values: readonly WeightedValue[]) {
  const sorted = values.filter(({ weight }) => weight > 0).sort((a, b) => a.value - b.value)
  const whole = sorted.reduce((sum, { weight }) => sum + weight, 0)
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined) return null
  const mean = sorted.reduce((sum, { value, weight }) => sum + value * weight, 0) / whole
  const variance = sorted.reduce((sum, { value, weight }) => sum + weight * (value - mean) ** 2, 0) / whole
  const cumulative: number[] = []
  let passed = 0
  for (const { weight } of sorted) cumulative.push((passed += weight))
  const percentile = (share: number) => {
    const found = cumulative.findIndex((weight) => weight >= share * whole * (1 - 1e-12))
    return (sorted[found] ?? last).value
  }
  return {
    mean,
    median: percentile(0.5),
    mode: mostFrequent(sorted),
    variance,
    std_dev: Math.sqrt(variance),
    min: first.value,
    max: last.value,
    count: sorted.length,
    total_sum: sorted.reduce((sum, { value }) => sum + value, 0),
    percentiles: Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, percentile(share)])),
    pdf: null,
  }
}

function mostFrequent(sorted: readonly WeightedValue[]): number {
  const weights = new Map<number, number>()
  for (const { value, weight } of sorted) weights.set(value, (weights.get(value) ?? 0) + weight)
  return [...weights].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0]
}

/** Numbers that each hold for a while: 1 / gap between neighbouring times, weighted by the gap. */
export function ratesBetween(times: readonly number[]): WeightedValue[] {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted.slice(1).flatMap((time, i) => {
    const gap = time - (sorted[i] ?? time)
    return gap > 0 ? [{ value: 1 / gap, weight: gap }] : []
  })
}

/** How many spans were open, weighted by for how long. */
export function openOverTime(spans: readonly { readonly start: number; readonly end: number }[]): WeightedValue[] {
  const events = spans
    .flatMap(({ start, end }) => [
      { time: start, change: 1 },
      { time: end, change: -1 },
    ])
    .sort((a, b) => a.time - b.time || a.change - b.change)
  let open = 0
  return events.flatMap(({ time, change }, i) => {
    open += change
    const weight = (events[i + 1]?.time ?? time) - time
    return weight > 0 ? [{ value: open, weight }] : []
  })
}
