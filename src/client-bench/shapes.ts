import { mulberry32 } from '../mulberry32.ts'
import type { BenchShape } from './bench-run.ts'
import type { Schedule } from './stubs/bench-stub.ts'

export interface StreamsShape {
  readonly streams: number
  readonly tokensPerSecond: number
  readonly phase: Schedule['phase']
  /** Mean tokens of a request; they are uniform between half and one and a half of it, so that restarts spread. */
  readonly meanTokens: number
  readonly settleSeconds: number
  readonly windowSeconds: number
}

const ttftMs = 20

/** Streams that start together and go on with request after request. */
export function streamsShape(shape: StreamsShape): BenchShape {
  const { streams, tokensPerSecond, phase, meanTokens, settleSeconds, windowSeconds } = shape
  const seconds = settleSeconds + windowSeconds
  const random = mulberry32(1)
  const perStream = (1.15 * seconds) / (meanTokens / tokensPerSecond)
  const requests = Math.ceil(streams * (2 + perStream))
  return {
    schedule: { ttftMs, gapMs: 1000 / tokensPerSecond, phase },
    job: {
      streams,
      // As many chunks as compile the hot path, whatever the number of streams.
      warmup: {
        rounds: 2,
        tokens: Math.min(400, Math.max(Math.ceil(tokensPerSecond * 0.6), Math.ceil(2000 / streams))),
      },
      tokens: Array.from({ length: requests }, () => Math.max(1, Math.round(meanTokens * (0.5 + random())))),
      promptBytes: 512,
      pace: { kind: 'closed', seconds },
    },
    settleSeconds,
    untilSeconds: seconds,
  }
}

/** Times of Poisson arrivals in seconds, the same in each run. */
export function poissonTimes(perSecond: number, seconds: number): number[] {
  const random = mulberry32(7)
  const times: number[] = []
  for (let at = 0; at < seconds; at -= Math.log(1 - random()) / perSecond) times.push(at)
  return times
}
