import type { Stage, StagesShape } from '../types.ts'
import type { LoadKind } from './load-kind.ts'
import {
  openLoopConcurrency,
  openLoopSchedule,
  openLoopWarmup,
  peakRate,
  storedArrival,
  storedCap,
  unnamedOfOpenLoop,
} from './open-loop.ts'

export const stages: LoadKind<StagesShape> = {
  words(shape) {
    const text = stagesText(shape.stages)
    return {
      name: `stages=${text}`,
      file: `stages${text.replaceAll('/s:', 'x').replaceAll(',', '_')}`,
      short: 'stages',
      long: `stages ${text}`,
      order: peakRate(shape.stages),
    }
  },
  unnamed: unnamedOfOpenLoop,
  requests: (shape, asked, seed) => openLoopSchedule(shape, asked, seed).seconds.length,
  concurrency: openLoopConcurrency,
  warmupPerRound: openLoopWarmup,
  clients: () => null,
  sendingSeconds: (shape) => shape.stages.reduce((sum, { seconds }) => sum + seconds, 0),
  stored: (shape) => ({
    stages: shape.stages.map(({ startRate, endRate, seconds }) => ({
      start_rate: startRate,
      end_rate: endRate,
      seconds,
    })),
    ...storedArrival(shape.arrival),
    ...storedCap(shape.cap),
  }),
}

/** `10/s:30s,10..20/s:30s`: rate or ramp, and how long. */
export function stagesText(list: readonly Stage[]): string {
  return list
    .map(({ startRate, endRate, seconds }) => {
      const rate = startRate === endRate ? `${startRate}` : `${startRate}..${endRate}`
      return `${rate}/s:${seconds}s`
    })
    .join(',')
}

/** The way back. Throws an Error that says how stages are written. */
export function parseStages(text: string): Stage[] {
  return text.split(',').map((part) => {
    const match = /^\s*(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?\/s:(\S+)\s*$/.exec(part)
    const [, start = '', end = start, length = ''] = match ?? []
    const stage = { startRate: Number(start), endRate: Number(end), seconds: parseDuration(length) }
    const bad = !match || Number.isNaN(stage.seconds)
    if (bad) throw new Error(`"${part}" is no stage; write 10/s:30s, or 1..20/s:2m for a ramp, with commas between`)
    return stage
  })
}

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 }

/** `90`, `90s`, `2m`, `500ms`, `1h` in seconds; NaN for anything else. */
export function parseDuration(text: string): number {
  const match = /^(\d+\.?\d*|\.\d+)(ms|s|m|h)?$/.exec(text.trim())
  return match ? Number(match[1]) * (unitSeconds[match[2] ?? 's'] ?? NaN) : NaN
}
