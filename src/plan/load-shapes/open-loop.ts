import type { Arrival, ConcurrencyCap, OpenLoopShape, Stage } from '../types.ts'
import { arrivalSchedule, type Schedule } from './arrivals.ts'

/** What all open loops have in common: a rate over time, sent whatever the server does. */

export const constantStage = (rate: number, seconds: number | null): Stage => ({
  startRate: rate,
  endRate: rate,
  seconds: seconds ?? Infinity,
})

export function openLoopSchedule(shape: OpenLoopShape, requests: number | null, seed: number): Schedule {
  return arrivalSchedule({ stages: shape.stages, arrival: shape.arrival, requests, seed })
}

/**
 * Seconds after which the rate no longer changes: the end of a ramp at the start. Null where it changes later, or never
 * stays the same.
 */
export function steadyFrom(stages: readonly Stage[]): number | null {
  const first = stages.findIndex(({ startRate, endRate }) => startRate === endRate)
  const rate = stages[first]?.startRate
  if (first < 0 || !stages.slice(first).every((stage) => stage.startRate === rate && stage.endRate === rate))
    return null
  return stages.slice(0, first).reduce((sum, { seconds }) => sum + seconds, 0)
}

export const peakRate = (stages: readonly Stage[]): number =>
  Math.max(...stages.map(({ startRate, endRate }) => Math.max(startRate, endRate)))

/** How many requests meet in the server is its own doing; room for a few seconds of the highest rate. */
export function openLoopConcurrency({ stages, cap }: OpenLoopShape): number {
  return cap?.maxConcurrency ?? Math.min(256, Math.max(8, Math.ceil(8 * peakRate(stages))))
}

export function openLoopWarmup({ stages, cap }: OpenLoopShape): number {
  return Math.min(cap?.maxConcurrency ?? Infinity, Math.max(1, Math.min(32, Math.ceil(peakRate(stages)))))
}

/** Poisson arrivals without a cap are what an open loop is by default. */
export function unnamedOfOpenLoop({ arrival, cap }: OpenLoopShape): Record<string, unknown> {
  return { ...(arrival.kind === 'poisson' ? {} : { arrival }), ...(cap === null ? {} : { cap }) }
}

export const storedArrival = (arrival: Arrival) =>
  arrival.kind === 'gamma' ? { arrival: 'gamma', burstiness: arrival.burstiness } : { arrival: arrival.kind }

export const storedCap = (cap: ConcurrencyCap | null) =>
  cap === null ? {} : { max_concurrency: cap.maxConcurrency, on_cap: cap.onCap }
