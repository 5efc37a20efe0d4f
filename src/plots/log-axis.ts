import type { LinearAxis } from './axis.ts'

/** An axis of seconds whose positions are log10 of them: from decade or 2 or 5 to the same, labelled as times. */
export function logSecondsAxis(low: number, high: number): { axis: LinearAxis; labels: string[] } {
  const steps: number[] = []
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)); power++) {
    for (const factor of [1, 2, 5]) steps.push(Number(`${factor}e${power}`))
  }
  const first = steps.findLastIndex((step) => step <= low)
  const last = steps.findIndex((step) => step >= high)
  const within = steps.slice(Math.max(0, first), (last === first ? last + 1 : last) + 1)
  const shown = within.length > 10 ? within.filter((step) => step.toExponential().startsWith('1e')) : within
  const positions = within.map((step) => Math.log10(step))
  return {
    axis: {
      min: positions[0] ?? 0,
      max: positions.at(-1) ?? 1,
      ticks: shown.map((step) => Math.log10(step)),
      format: '',
    },
    labels: shown.map(timeText),
  }
}

function timeText(seconds: number): string {
  if (seconds >= 1) return `${seconds} s`
  if (seconds >= 1e-3) return `${Number((seconds * 1e3).toPrecision(3))} ms`
  return `${Number((seconds * 1e6).toPrecision(3))} µs`
}
