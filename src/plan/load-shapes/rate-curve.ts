import type { Stage } from '../types.ts'

/** A request rate over time, in pieces whose rate is constant or runs from one value to another. */
export interface RateCurve {
  /** Seconds from the start to the end of the last piece; Infinity for a rate that never ends. */
  readonly seconds: number
  /** Requests expected until `seconds`. */
  readonly requests: number
  /** When `requests` are expected to have been sent, and in which piece; null once the curve has ended. */
  at(requests: number): { readonly seconds: number; readonly stage: number } | null
}

/** Exact inverse of the integral of the rate: within a piece, rate a at its start and slope b, x = a s + b s^2 / 2. */
export function rateCurve(stages: readonly Stage[]): RateCurve {
  const pieces: { startSeconds: number; startRequests: number; requests: number; stage: Stage; index: number }[] = []
  let seconds = 0
  let requests = 0
  for (const [index, stage] of stages.entries()) {
    const expected = stage.seconds === Infinity ? Infinity : (stage.seconds * (stage.startRate + stage.endRate)) / 2
    pieces.push({ startSeconds: seconds, startRequests: requests, requests: expected, stage, index })
    seconds += stage.seconds
    requests += expected
  }
  return {
    seconds,
    requests,
    at(wanted) {
      const piece = pieces.find(({ startRequests, requests }) => wanted < startRequests + requests)
      if (piece === undefined) return null
      const { startRate, endRate, seconds: length } = piece.stage
      const slope = length === Infinity ? 0 : (endRate - startRate) / length
      const rest = wanted - piece.startRequests
      const root = Math.sqrt(Math.max(0, startRate * startRate + 2 * slope * rest))
      const within = rest === 0 ? 0 : (2 * rest) / (startRate + root)
      return { seconds: piece.startSeconds + within, stage: piece.index }
    },
  }
}
