import type { ConstantRateShape } from '../types.ts'
import type { LoadKind, LoadWords } from './load-kind.ts'
import {
  openLoopConcurrency,
  openLoopSchedule,
  openLoopWarmup,
  peakRate,
  storedArrival,
  storedCap,
  unnamedOfOpenLoop,
} from './open-loop.ts'

/** Seconds where neither a time nor a number of requests is asked for. */
export const defaultDurationSeconds = 60

const rateOf = ({ stages }: ConstantRateShape): number => peakRate(stages)

export const constantRate: LoadKind<ConstantRateShape> = {
  words: (shape) => rateWords(rateOf(shape)),
  unnamed: unnamedOfOpenLoop,
  requests: (shape, asked, seed) => openLoopSchedule(shape, asked, seed).seconds.length,
  concurrency: openLoopConcurrency,
  warmupPerRound: openLoopWarmup,
  clients: () => null,
  sendingSeconds: (shape, requests) => Math.min(shape.stages[0].seconds, requests / rateOf(shape)),
  stored: (shape) => ({
    rate: rateOf(shape),
    duration_s: Number.isFinite(shape.stages[0].seconds) ? shape.stages[0].seconds : null,
    ...storedArrival(shape.arrival),
    ...storedCap(shape.cap),
  }),
}

export function rateWords(rate: number): LoadWords {
  return { name: `rate=${rate}`, file: `rate${rate}`, short: `${rate}/s`, long: `${rate} requests/s`, order: rate }
}
