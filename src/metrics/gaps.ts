import { tokenChunkRows } from '../recording/request-times.ts'
import type { DistributionBlock } from '../result/schema.ts'
import type { Measured } from './measured.ts'
import { withIntervals } from './censored-intervals.ts'
import { blockBootstrap } from './intervals/block-bootstrap.ts'
import { quantileNames, shownQuantiles, summarize } from './statistics.ts'

/** The gap before a token-carrying chunk that is not its request's first. */
export interface Gap {
  readonly seconds: number
  /** When it ended, ns since the anchor. */
  readonly at: number
  /** Row of the request. */
  readonly request: number
  /** Tokens of the chunk that ends the gap; null unknown. */
  readonly tokens: number | null
  /** Both chunks came in one read of the socket: their order is known, their times are not. */
  readonly coalesced: boolean
  /** The load generator was waiting when the read that ends the gap came, and had a core soon enough to tell its chunks apart. */
  readonly awaited: boolean
}

const known = new WeakMap<Measured, readonly Gap[]>()

/** All gaps of the ok requests. */
export function gapsOf(measured: Measured): readonly Gap[] {
  const gaps = known.get(measured) ?? findGaps(measured)
  known.set(measured, gaps)
  return gaps
}

function findGaps({ recording, ok }: Measured): Gap[] {
  const { time, tokens, read, batch } = recording.chunks
  const { waited, runDelay } = recording.batches
  const gaps: Gap[] = []
  for (const request of ok) {
    let before: number | null = null
    const rows = tokenChunkRows(recording, request)
    const unnoticed = Math.min(mostUnnoticed, meanGap(time, rows) / 2)
    for (const row of rows) {
      if (before !== null) {
        const count = tokens[row] ?? -1
        gaps.push({
          seconds: ((time[row] ?? 0) - (time[before] ?? 0)) / 1e9,
          at: time[row] ?? 0,
          request,
          tokens: count < 0 ? null : count,
          coalesced: read[row] === read[before],
          awaited: waited[batch[row] ?? -1] === 1 && (runDelay[batch[row] ?? -1] ?? 0) < unnoticed,
        })
      }
      before = row
    }
  }
  return gaps
}

/** Where all chunks have one time a longer wait for a core, ns, may have brought them together. */
const mostUnnoticed = 1e6

/** Of the chunks in these rows, ns; Infinity where they have one time. */
function meanGap(time: Float64Array, rows: readonly number[]): number {
  const span = (time[rows.at(-1) ?? -1] ?? 0) - (time[rows[0] ?? -1] ?? 0)
  return span > 0 ? span / (rows.length - 1) : Infinity
}

/**
 * Pooled distribution of the values that each gap gives. A request that was not ok weighs as many values at +infinity as
 * an ok one has on average.
 */
export function pooled(measured: Measured, valuesOf: (gap: Gap) => readonly number[]): DistributionBlock {
  const { ok, lost } = measured
  const values: number[] = []
  const at: number[] = []
  for (const gap of gapsOf(measured)) {
    for (const value of valuesOf(gap)) {
      values.push(value)
      at.push(gap.at)
    }
  }
  const each = ok.length === 0 ? 1 : Math.max(1, Math.round(values.length / ok.length))
  const lostValues = lost.length * each
  const block = summarize('s', values, lostValues)
  if (values.length === 0) return block
  const samples = { values: Float64Array.from(values), at: Float64Array.from(at) }
  const sorted = samples.values.toSorted()
  const intervals = blockBootstrap(samples, sorted, shownQuantiles)
  if (!block.censored) return { ...block, intervals }
  // Among all values, lost ones too, a percentile is a higher one of those that came.
  const shifted = (name: (typeof quantileNames)[number]) =>
    (shownQuantiles[name] * (values.length + lostValues - 1)) / Math.max(1, values.length - 1)
  const ofAll = blockBootstrap(samples, sorted, {
    p50: Math.min(1, shifted('p50')),
    p90: Math.min(1, shifted('p90')),
    p95: Math.min(1, shifted('p95')),
    p99: Math.min(1, shifted('p99')),
  })
  return { ...block, intervals, censored: withIntervals(block.censored, ofAll) }
}
