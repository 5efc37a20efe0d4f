import type { DistributionBlock } from '../result/schema.ts'
import type { Measured } from './measured.ts'
import { summarize } from './statistics.ts'

/**
 * Distribution in seconds of one value per ok request, in ns; null where it is undefined. Requests that were not ok
 * stand at +infinity in the censored percentiles.
 */
export function perRequest(measured: Measured, value: (row: number) => number | null): DistributionBlock {
  const values: number[] = []
  for (const row of measured.ok) {
    const ns = value(row)
    if (ns !== null) values.push(ns / 1e9)
  }
  return summarize('s', values, measured.lost.length)
}

/** `to - from`, null when one of them is unknown. */
export function between(from: number | null | undefined, to: number | null | undefined): number | null {
  return from == null || to == null ? null : to - from
}
