import { gapsOf, type Gap } from './gaps.ts'
import type { Measured } from './measured.ts'
import { quantile } from './statistics.ts'

/** A gap is a stall when it is longer than this many median gaps. */
export const stallMedians = 5

/** The gaps that are stalls, or why there are none to tell from the others. */
export function stallsOf(
  measured: Measured,
): { readonly gaps: readonly Gap[]; readonly limit: number } | { readonly gaps: null; readonly note: string } {
  const gaps = gapsOf(measured)
  const median = quantile(Float64Array.from(gaps, (gap) => gap.seconds).sort(), 0.5)
  if (median === null) return { gaps: null, note: 'no answer has two chunks with tokens' }
  if (median === 0) return { gaps: null, note: 'half of the chunks share a read with the one before: no usual gap' }
  const limit = stallMedians * median
  return { gaps: gaps.filter((gap) => gap.seconds > limit), limit }
}
