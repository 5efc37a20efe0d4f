import type { IntervalBlock } from '../../result/schema.ts'
import { quantile } from '../statistics.ts'
import { effectiveCount } from './effective-count.ts'
import { reach, studentQuantile } from './probability.ts'
import { seededRandom } from './random.ts'

const resamples = 400
const fewestBlocks = 10
const mostBlocks = 200
const open: IntervalBlock = { low: null, high: null }

/**
 * 95 % intervals of the mean and of quantiles of values that come together in time, as the gaps of all answers do: a
 * server's pause is one event, though it lengthens a gap of every stream. Whole stretches of time are drawn again, with
 * replacement; they are lengthened until neighbours are no longer alike. Quantiles are bounded by how the share of values
 * below them varies. Open where there are fewer than ten stretches, three that are unlike, or too few values beyond.
 */
export function blockBootstrap<Name extends string>(
  /** Any order; `at` in any unit of time. */
  samples: { readonly values: Float64Array; readonly at: Float64Array },
  sorted: Float64Array,
  shares: Readonly<Record<Name, number>>,
): Readonly<Record<Name | 'mean', IntervalBlock>> {
  const names = Object.keys(shares) as Name[]
  const limits = names.map((name) => quantile(sorted, shares[name]) ?? 0)
  const blocks = mergeAlike(split(samples, limits), samples.values.length)
  const result = { mean: open } as Record<Name | 'mean', IntervalBlock>
  for (const name of names) result[name] = open
  if (blocks.length < fewestBlocks) return result

  // Blocks that are still alike count as fewer, and few blocks vary less when drawn again than if measured again.
  const mean = total(blocks, (block) => block.sum) / samples.values.length
  const effective = effectiveCount(blocks.map((block) => block.sum - mean * block.count))
  if (effective < 3) return result
  const widen = (reach(effective) / studentQuantile(0.975, Infinity)) * Math.sqrt(blocks.length / (effective - 1))
  const spread = drawAgain(blocks, names.length)
  result.mean = { low: mean + widen * spread.mean.low, high: mean + widen * spread.mean.high }
  for (const [i, name] of names.entries()) {
    const { low, high } = spread.below[i] ?? { low: 0, high: 0 }
    result[name] = {
      low: valueAt(sorted, shares[name] - widen * high),
      high: valueAt(sorted, shares[name] - widen * low),
    }
  }
  return result
}

/** A stretch of time: how many values, their sum, and how many are at most each limit. */
interface Block {
  readonly count: number
  readonly sum: number
  readonly below: readonly number[]
}

function split({ values, at }: { values: Float64Array; at: Float64Array }, limits: readonly number[]): Block[] {
  let [from, to] = [Infinity, -Infinity]
  for (const time of at) {
    from = Math.min(from, time)
    to = Math.max(to, time)
  }
  if (!(to > from)) return []
  const number = Math.max(1, Math.min(mostBlocks, Math.round(Math.sqrt(values.length))))
  const counts = new Float64Array(number)
  const sums = new Float64Array(number)
  const blockOf = Int32Array.from(at, (time) =>
    Math.min(number - 1, Math.floor(((time - from) / (to - from)) * number)),
  )
  for (let i = 0; i < values.length; i++) {
    const block = blockOf[i] ?? 0
    counts[block] = (counts[block] ?? 0) + 1
    sums[block] = (sums[block] ?? 0) + (values[i] ?? 0)
  }
  const below = limits.map((limit) => {
    const column = new Float64Array(number)
    for (let i = 0; i < values.length; i++) {
      const block = blockOf[i] ?? 0
      if ((values[i] ?? 0) <= limit) column[block] = (column[block] ?? 0) + 1
    }
    return column
  })
  return Array.from(counts, (count, i) => ({
    count,
    sum: sums[i] ?? 0,
    below: below.map((column) => column[i] ?? 0),
  })).filter((block) => block.count > 0)
}

/** Neighbours are joined two by two while their means are alike beyond chance. */
function mergeAlike(blocks: readonly Block[], values: number): readonly Block[] {
  if (blocks.length < 2 * fewestBlocks) return blocks
  const mean = total(blocks, (block) => block.sum) / values
  const off = blocks.map((block) => block.sum - mean * block.count)
  const variance = off.reduce((sum, value) => sum + value * value, 0)
  const product = off.reduce((sum, value, i) => sum + value * (off[i - 1] ?? 0), 0)
  if (variance === 0 || product / variance < 1 / Math.sqrt(blocks.length)) return blocks
  const joined: Block[] = []
  for (let i = 0; i + 1 < blocks.length; i += 2) {
    const last = i + 3 >= blocks.length ? blocks.slice(i) : blocks.slice(i, i + 2)
    joined.push(join(last))
    if (last.length === 3) break
  }
  return mergeAlike(joined, values)
}

function join(blocks: readonly Block[]): Block {
  return {
    count: total(blocks, (block) => block.count),
    sum: total(blocks, (block) => block.sum),
    below: (blocks[0]?.below ?? []).map((_, i) => total(blocks, (block) => block.below[i] ?? 0)),
  }
}

/** By how much the mean and the shares below the limits vary about what was measured: 2.5 % and 97.5 % of the resamples. */
function drawAgain(blocks: readonly Block[], limits: number) {
  const random = seededRandom(blocks.length)
  const means = new Float64Array(resamples)
  const shares = Array.from({ length: limits }, () => new Float64Array(resamples))
  for (let draw = 0; draw < resamples; draw++) {
    let [count, sum] = [0, 0]
    const below = new Float64Array(limits)
    for (let i = 0; i < blocks.length; i++) {
      const block = blocks[Math.floor(random() * blocks.length)]
      if (!block) continue
      count += block.count
      sum += block.sum
      for (let which = 0; which < limits; which++) below[which] = (below[which] ?? 0) + (block.below[which] ?? 0)
    }
    means[draw] = sum / count
    for (const [which, column] of shares.entries()) column[draw] = (below[which] ?? 0) / count
  }
  const all = total(blocks, (block) => block.count)
  return {
    mean: about(means, total(blocks, (block) => block.sum) / all),
    below: shares.map((column, i) => about(column, total(blocks, (block) => block.below[i] ?? 0) / all)),
  }
}

function about(drawn: Float64Array, measured: number): { low: number; high: number } {
  drawn.sort()
  return { low: (quantile(drawn, 0.025) ?? 0) - measured, high: (quantile(drawn, 0.975) ?? 0) - measured }
}

/** Null beyond the last values: nothing bounds the quantile there. */
function valueAt(sorted: Float64Array, share: number): number | null {
  const position = share * sorted.length
  return position < 1 || position > sorted.length - 1 ? null : quantile(sorted, share)
}

function total(blocks: readonly Block[], of: (block: Block) => number): number {
  let sum = 0
  for (const block of blocks) sum += of(block)
  return sum
}
