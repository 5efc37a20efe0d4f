import type { CensoredQuantile, DistributionBlock, MetricBlock, ResultFile } from '../result/schema.ts'
import { formatCount, formatNumber, formatSeconds, undefinedMark } from './format.ts'

/** One column of the table of points. */
export interface Column {
  /** Name and, below it, the unit or percentile. */
  readonly head: readonly [string, string]
  /** The metric whose declaration defines it. */
  readonly metric: string | null
  cell(result: ResultFile): string
}

type Quantile = 'p50' | 'p90' | 'p95' | 'p99'

/** Clients, or the rate of an open loop. */
const load: Column = {
  head: ['load', 'clients'],
  metric: null,
  cell: ({ servemark }) => servemark.point.load_words.short,
}
const ok: Column = {
  head: ['ok', ''],
  metric: null,
  cell: ({ servemark: { outcomes } }) => formatCount(outcomes.ok),
}
const failed: Column = { head: ['failed', ''], metric: null, cell: (result) => formatCount(failedCount(result)) }

/** What ITL is not where a chunk carries several tokens. */
export const tpotMedian: Column = quantile('tpot', 'TPOT', 'p50')

/** What a point's row in the terminal shows, after the verdict. */
export const rowColumns: readonly Column[] = [
  load,
  rate('request_throughput', 'requests', '/s'),
  rate('output_token_throughput', 'output', 'tokens/s'),
  quantile('ttft', 'TTFT', 'p50'),
  quantile('ttft', 'TTFT', 'p99'),
  quantile('itl', 'ITL', 'p50'),
  quantile('itl', 'ITL', 'p99'),
  ok,
  failed,
]

/** What the tables of a report show. */
export const reportColumns: readonly Column[] = [
  load,
  rate('request_throughput', 'requests', '/s'),
  rate('output_token_throughput', 'output', 'tokens/s'),
  quantile('ttft', 'TTFT', 'p50'),
  quantile('ttft', 'TTFT', 'p99'),
  quantile('itl', 'ITL', 'p50'),
  quantile('itl', 'ITL', 'p99'),
  tpotMedian,
  mean('e2e_latency', 'latency'),
  quantile('e2e_latency', 'latency', 'p99'),
  ok,
  failed,
]

/** Requests that did not end ok. */
export function failedCount({ servemark: { outcomes } }: ResultFile): number {
  return Object.entries(outcomes).reduce((sum, [outcome, count]) => (outcome === 'ok' ? sum : sum + count), 0)
}

function rate(metric: string, name: string, unit: string): Column {
  return {
    head: [name, unit],
    metric,
    cell(result) {
      const block = result.servemark.metrics[metric]
      return block !== undefined && 'value' in block ? formatNumber(block.value) : undefinedMark
    },
  }
}

function mean(metric: string, name: string): Column {
  return { head: [name, 'mean'], metric, cell: (result) => formatSeconds(distribution(result, metric)?.mean ?? null) }
}

function quantile(metric: string, name: string, part: Quantile): Column {
  return {
    head: [name, part],
    metric,
    cell(result) {
      const block = distribution(result, metric)
      if (block === null) return undefinedMark
      const censored = block.censored?.[part]
      return censored === undefined ? formatSeconds(block[part]) : formatCensored(censored)
    },
  }
}

/** `> x` where the percentile falls among requests that failed after x. */
function formatCensored(quantile: CensoredQuantile): string {
  if ('value' in quantile) return formatSeconds(quantile.value)
  return quantile.at_least === null ? undefinedMark : `> ${formatSeconds(quantile.at_least)}`
}

function distribution(result: ResultFile, metric: string): DistributionBlock | null {
  const block: MetricBlock | undefined = result.servemark.metrics[metric]
  return block !== undefined && 'p50' in block ? block : null
}
