import type { IntervalBlock, MetricBlock, VerdictFamily } from '../../result/schema.ts'
import { metrics } from '../index.ts'
import type { Metric } from '../metric.ts'

/** A number of a point that comparisons look at. */
export interface Figure {
  /** As thresholds name it: `ttft.p50`, `request_throughput`. */
  readonly name: string
  readonly metric: string
  readonly part: 'mean' | 'p50' | 'p99' | null
  readonly better: 'higher' | 'lower'
  readonly family: VerdictFamily
  readonly unit: string
  /** Depends on how many tokens each answer has, so that it says nothing where the work was unequal. */
  readonly byWork: boolean
}

const figure = (metric: string, part: Figure['part'], byWork: boolean): Figure => {
  const declared: Metric | undefined = metrics.find((each) => each.id === metric)
  if (!declared || declared.better === null) throw new Error(`${metric} has no better side`)
  const { better, family, unit } = declared
  return { name: part === null ? metric : `${metric}.${part}`, metric, part, better, family, unit, byWork }
}

/** In the order in which they are shown. */
export const figures: readonly Figure[] = [
  figure('ttft', 'p50', false),
  figure('ttft', 'p99', false),
  figure('itl', 'p50', false),
  figure('itl', 'p99', false),
  figure('tpot', 'mean', false),
  figure('e2e_latency', 'mean', true),
  figure('request_throughput', null, true),
  figure('output_token_throughput', null, false),
  figure('goodput', null, true),
]

export type FigureValue =
  | { readonly value: number; readonly interval: IntervalBlock | null }
  | { readonly value: null; readonly why: string }

/** The figure as a point's metrics have it; percentiles are the censored ones. */
export function figureValue(
  { metric, part }: Figure,
  blocks: Readonly<Record<string, MetricBlock>>,
): FigureValue | null {
  const block = blocks[metric]
  if (block === undefined) return null
  if ('value' in block) {
    return block.value === null
      ? { value: null, why: block.note ?? 'no value' }
      : { value: block.value, interval: block.interval ?? null }
  }
  if (part === null || block.count === 0) return { value: null, why: 'nothing to take it from' }
  const censored = part === 'mean' ? undefined : block.censored?.[part]
  if (censored && 'at_least' in censored) return { value: null, why: 'it falls among failed requests' }
  const value = censored ? censored.value : block[part]
  if (value === null) return { value: null, why: 'nothing to take it from' }
  return { value, interval: (censored ? censored.interval : block.intervals?.[part]) ?? null }
}
