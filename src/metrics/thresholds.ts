import { UserError } from '../errors.ts'
import type { DistributionBlock, MetricBlock, ThresholdBlock } from '../result/schema.ts'
import { metrics } from './index.ts'
import { quantileNames, type QuantileName } from './statistics.ts'

/** Limits that a point must meet, by metric: `{ 'ttft.p99': { max: 0.5 }, output_token_throughput: { min: 900 } }`. */
export type Thresholds = Readonly<Record<string, Limit>>
export interface Limit {
  readonly min?: number
  readonly max?: number
}

/** Parts of a distribution that a threshold may name. */
const parts = ['mean', 'stddev', 'min', ...quantileNames, 'max', 'count'] as const
type Part = (typeof parts)[number]

/** Throws a UserError (exit code 2) for names that are no metric, or no part of one. */
export function checkThresholds(thresholds: Thresholds): void {
  for (const [name, limit] of Object.entries(thresholds)) {
    target(name)
    if (limit.min === undefined && limit.max === undefined) {
      throw new UserError(`threshold ${name}: give min, max or both`, 2)
    }
  }
}

/** Judges a point's metrics. A value that does not exist, or that falls among failed requests, misses a maximum. */
export function evaluateThresholds(
  thresholds: Thresholds,
  blocks: Readonly<Record<string, MetricBlock>>,
): ThresholdBlock[] {
  return Object.entries(thresholds).map(([name, limit]) => {
    const { metric, part } = target(name)
    const block = blocks[metric.id]
    const found: Found =
      block === undefined
        ? { kind: 'missing', count: null, why: 'not measured' }
        : 'value' in block
          ? ofScalar(block.value, block.note)
          : ofDistribution(block, part ?? 'mean')
    return judge(name, part === 'count' ? 'requests or gaps' : metric.unit, limit, found)
  })
}

type Found =
  | { readonly kind: 'value'; readonly value: number; readonly count: number | null }
  /** Some requests never got there: the value is at least this, and no maximum is met. */
  | { readonly kind: 'beyond'; readonly atLeast: number | null; readonly count: number }
  | { readonly kind: 'missing'; readonly count: number | null; readonly why: string }

function ofScalar(value: number | null, note: string | undefined): Found {
  return value === null
    ? { kind: 'missing', count: null, why: note ?? 'no value' }
    : { kind: 'value', value, count: null }
}

function ofDistribution(block: DistributionBlock, part: Part): Found {
  const { count } = block
  const censored = isQuantile(part) ? block.censored?.[part] : undefined
  if (censored && 'at_least' in censored) return { kind: 'beyond', atLeast: censored.at_least, count }
  const value = censored ? censored.value : block[part]
  return value === null ? { kind: 'missing', count, why: 'nothing to take it from' } : { kind: 'value', value, count }
}

const isQuantile = (part: Part): part is QuantileName => (quantileNames as readonly string[]).includes(part)

function judge(metric: string, unit: string, limit: Limit, found: Found): ThresholdBlock {
  const { min, max } = limit
  const met =
    found.kind === 'value'
      ? found.value >= (min ?? -Infinity) && found.value <= (max ?? Infinity)
      : found.kind === 'beyond' && max === undefined && (found.atLeast ?? -Infinity) >= (min ?? -Infinity)
  const value =
    found.kind === 'value'
      ? `${number(found.value)} ${unit}`
      : found.kind === 'beyond'
        ? `${found.atLeast === null ? 'unbounded' : `over ${number(found.atLeast)} ${unit}`}, as it falls among failed requests`
        : `no value (${found.why})`
  const limits = [
    min === undefined ? [] : [`at least ${number(min)}`],
    max === undefined ? [] : [`at most ${number(max)}`],
  ]
  return {
    metric,
    min: min ?? null,
    max: max ?? null,
    value: found.kind === 'value' ? found.value : null,
    count: found.count,
    status: met ? 'passed' : 'missed',
    text: `${metric}: ${value}${found.count === null ? '' : ` (n=${found.count})`}; limit ${limits.flat().join(' and ')} ${unit}: ${met ? 'passed' : 'missed'}`,
  }
}

const number = (value: number) => String(Number(value.toPrecision(4)))

type MetricEntry = (typeof metrics)[number]

function target(name: string): { readonly metric: MetricEntry; readonly part: Part | null } {
  const exact = metrics.find((metric) => metric.id === name)
  if (exact?.kind === 'scalar') return { metric: exact, part: null }
  if (exact) {
    throw new UserError(`threshold ${name}: say which part, e.g. ${name}.p99; there are ${parts.join(', ')}`, 2)
  }
  const dot = name.lastIndexOf('.')
  const metric = metrics.find((metric) => metric.id === name.slice(0, dot))
  if (metric?.kind === 'scalar') throw new UserError(`threshold ${name}: ${metric.id} is one value, without parts`, 2)
  if (!metric) throw new UserError(`threshold ${name}: no such metric. Known: ${knownNames().join(', ')}`, 2)
  const part = parts.find((part) => part === name.slice(dot + 1))
  if (!part) throw new UserError(`threshold ${name}: ${metric.id} has ${parts.join(', ')}`, 2)
  return { metric, part }
}

const knownNames = () =>
  metrics.map((metric) => (metric.kind === 'distribution' ? `${metric.id}.{${parts.join('|')}}` : metric.id))
