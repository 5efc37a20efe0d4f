import { tokenChunkRows } from '../recording/request-times.ts'
import type { DistributionBlock } from '../result/schema.ts'
import type { Measured } from './measured.ts'
import { summarize } from './statistics.ts'

/** The gap before a token-carrying chunk that is not its request's first. */
export interface Gap {
  readonly seconds: number
  /** Tokens of the chunk that ends the gap; null unknown. */
  readonly tokens: number | null
  /** Both chunks came in one read of the socket: their order is known, their times are not. */
  readonly coalesced: boolean
}

const known = new WeakMap<Measured, readonly Gap[]>()

/** All gaps of the ok requests. */
export function gapsOf(measured: Measured): readonly Gap[] {
  const gaps = known.get(measured) ?? findGaps(measured)
  known.set(measured, gaps)
  return gaps
}

function findGaps({ recording, ok }: Measured): Gap[] {
  const { time, tokens, read } = recording.chunks
  const gaps: Gap[] = []
  for (const request of ok) {
    let before: number | null = null
    for (const row of tokenChunkRows(recording, request)) {
      if (before !== null) {
        const count = tokens[row] ?? -1
        gaps.push({
          seconds: ((time[row] ?? 0) - (time[before] ?? 0)) / 1e9,
          tokens: count < 0 ? null : count,
          coalesced: read[row] === read[before],
        })
      }
      before = row
    }
  }
  return gaps
}

/** Pooled distribution; a request that was not ok weighs as many gaps at +infinity as an ok one has on average. */
export function pooled(measured: Measured, values: readonly number[]): DistributionBlock {
  const { ok, lost } = measured
  const each = ok.length === 0 ? 1 : Math.max(1, Math.round(values.length / ok.length))
  return summarize('s', values, lost.length * each)
}
