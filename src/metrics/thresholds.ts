import { UserError } from '../errors.ts'
import type { DistributionBlock, IntervalBlock, MetricBlock, ThresholdBlock, VerdictStatus } from '../result/schema.ts'
import { metrics } from './index.ts'
import { valuesNeeded } from './intervals/order-statistics.ts'
import { quantileNames, shownQuantiles, type QuantileName } from './statistics.ts'

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

/** What a threshold must know of its point beside the metrics. */
export interface Gate {
  readonly status: VerdictStatus
  /** Judge an invalid point as if it were not. */
  readonly allowInvalid: boolean
}

/**
 * Judges a point's metrics; percentiles are the censored ones. What cannot be known misses: a value that does not exist,
 * falls among failed requests or leaves them out (on the side where they would take it), a 95 % interval that is open towards the limit, any value of an invalid point.
 */
export function evaluateThresholds(
  thresholds: Thresholds,
  blocks: Readonly<Record<string, MetricBlock>>,
  gate: Gate = { status: 'valid', allowInvalid: false },
): ThresholdBlock[] {
  return Object.entries(thresholds).map(([name, limit]) => {
    const { metric, part } = target(name)
    const block = blocks[metric.id]
    const found: Found =
      block === undefined
        ? { kind: 'missing', count: null, why: 'not measured' }
        : 'value' in block
          ? ofScalar(block.value, block.note, block.interval)
          : ofDistribution(block, part ?? 'mean', metric.better === 'higher')
    return judge(name, part === 'count' ? 'requests or gaps' : metric.unit, limit, found, gate)
  })
}

type Found =
  | {
      readonly kind: 'value'
      readonly value: number
      readonly count: number | null
      readonly interval: IntervalBlock | null
      /** How many values would close the interval. */
      readonly needed: number | null
    }
  /** Some requests never got there: the value is at least this, and no maximum is met. */
  | { readonly kind: 'beyond'; readonly atLeast: number | null; readonly count: number; readonly why: string }
  /** The same where failed requests stand at 0: the value is at most this, and no minimum is met. */
  | { readonly kind: 'below'; readonly atMost: number; readonly count: number; readonly why: string }
  | { readonly kind: 'missing'; readonly count: number | null; readonly why: string }

function ofScalar(value: number | null, note: string | undefined, interval: IntervalBlock | undefined): Found {
  return value === null
    ? { kind: 'missing', count: null, why: note ?? 'no value' }
    : { kind: 'value', value, count: null, interval: interval ?? null, needed: null }
}

/** Parts over ok requests only, by where failed ones at +infinity, or at 0 for rates, would take them. */
const leftOut: Readonly<Record<'beyond' | 'beyondOfRates' | 'belowOfRates', readonly Part[]>> = {
  beyond: ['mean', 'stddev', 'max'],
  beyondOfRates: ['stddev'],
  belowOfRates: ['mean', 'min'],
}

/** `rate`: more is better, and failed requests stand at 0. */
function ofDistribution(block: DistributionBlock, part: Part, rate: boolean): Found {
  const { count } = block
  if (!isQuantile(part)) {
    const value = block[part]
    if (value === null) return { kind: 'missing', count, why: 'nothing to take it from' }
    const why = 'as failed requests are not in it'
    if (block.censored && leftOut[rate ? 'beyondOfRates' : 'beyond'].includes(part)) {
      return { kind: 'beyond', atLeast: value, count, why }
    }
    if (block.censored && rate && leftOut.belowOfRates.includes(part)) {
      return { kind: 'below', atMost: value, count, why }
    }
    const interval = part === 'mean' ? (block.intervals?.mean ?? null) : null
    return { kind: 'value', value, count, interval, needed: null }
  }
  const censored = block.censored?.[part]
  if (censored && 'at_least' in censored) {
    return { kind: 'beyond', atLeast: censored.at_least, count, why: 'as it falls among failed requests' }
  }
  const value = censored ? censored.value : block[part]
  if (value === null) return { kind: 'missing', count, why: 'nothing to take it from' }
  const interval = (censored ? censored.interval : block.intervals?.[part]) ?? null
  return { kind: 'value', value, count, interval, needed: valuesNeeded(shownQuantiles[part]) }
}

const isQuantile = (part: Part): part is QuantileName => (quantileNames as readonly string[]).includes(part)

function judge(metric: string, unit: string, limit: Limit, found: Found, gate: Gate): ThresholdBlock {
  const { min, max } = limit
  const against = objection(limit, found, gate)
  const limits = [
    min === undefined ? [] : [`at least ${number(min)}`],
    max === undefined ? [] : [`at most ${number(max)}`],
  ]
  const interval = found.kind === 'value' ? found.interval : null
  const facts = [
    ...(interval === null ? [] : [`95 % ${describeInterval(interval)}`]),
    ...(found.count === null ? [] : [`n=${found.count}`]),
  ]
  const about = facts.length === 0 ? '' : ` (${facts.join(', ')})`
  return {
    metric,
    min: min ?? null,
    max: max ?? null,
    value: found.kind === 'value' ? found.value : null,
    ...(interval && { interval }),
    count: found.count,
    status: against === null ? 'passed' : 'missed',
    text: `${metric}: ${describeFound(found, unit)}${about}; limit ${limits.flat().join(' and ')} ${unit}: ${against === null ? 'passed' : `missed${against}`}`,
  }
}

/** Why the limit is not met, as the end of a sentence; empty where the value says it all; null: it is met. */
function objection({ min, max }: Limit, found: Found, { status, allowInvalid }: Gate): string | null {
  if (!within(min ?? -Infinity, max ?? Infinity, found)) return ''
  if (status === 'invalid' && !allowInvalid) return ', as the point is invalid (--allow-invalid judges it nevertheless)'
  if (found.kind !== 'value' || found.interval === null) return null
  const { low, high } = found.interval
  const open = max !== undefined && high === null ? 'above' : min !== undefined && low === null ? 'below' : null
  if (open === null) return null
  const more = found.needed === null || (found.count ?? 0) >= found.needed ? '' : `: it needs ${found.needed} or more`
  return `, as too few values bound it ${open}${more}`
}

function within(min: number, max: number, found: Found): boolean {
  if (found.kind === 'value') return found.value >= min && found.value <= max
  if (found.kind === 'beyond') return max === Infinity && (found.atLeast ?? -Infinity) >= min
  return found.kind === 'below' && min === -Infinity && found.atMost <= max
}

function describeFound(found: Found, unit: string): string {
  if (found.kind === 'value') return `${number(found.value)} ${unit}`
  if (found.kind === 'missing') return `no value (${found.why})`
  if (found.kind === 'below') return `under ${number(found.atMost)} ${unit}, ${found.why}`
  const least = found.atLeast === null ? 'unbounded' : `over ${number(found.atLeast)} ${unit}`
  return `${least}, ${found.why}`
}

/** `0.18 to 0.23`, `0.18 to open` */
export function describeInterval({ low, high }: IntervalBlock): string {
  return `${low === null ? 'open' : number(low)} to ${high === null ? 'open' : number(high)}`
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
