import type { ResultFile } from '../../result/schema.ts'
import { mean } from '../statistics.ts'

export type Length = 'prompt' | 'output'

/** Mean lengths that differ by more make unequal work; prompts of equal words differ by a token or two with their salts. */
const unequalWork = 0.02
const saltTokens = 2

/** Counted tokens a request, the mean over the runs of a point; null where a run did not count. */
export function meanLength(runs: readonly ResultFile[], which: Length): number | null {
  const means = runs.map(({ servemark }) => {
    const block = servemark.metrics[`${which}_length`]
    return block && 'mean' in block ? block.mean : null
  })
  return means.includes(null) ? null : mean(means.flatMap((each) => each ?? []))
}

/** The two mean lengths are not those of equal work. */
export function areUnequal(which: Length, a: number, b: number): boolean {
  return Math.abs(b - a) > Math.max(unequalWork * a, which === 'prompt' ? saltTokens : 0)
}
