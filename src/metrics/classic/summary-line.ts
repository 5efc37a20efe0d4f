import type { MetricBlock } from '../../result/schema.ts'

/** The original's one-line summary of a point, from its classic metrics; a value that does not exist reads `n/a`. */
export function classicSummaryLine(point: {
  readonly deployment: string
  readonly clients: number
  readonly promptTokens: number
  readonly outputTokens: number
  readonly metrics: Readonly<Record<string, MetricBlock>>
}): string {
  const text = (id: string) => {
    const block = point.metrics[id]
    return block && 'value' in block && block.value !== null ? block.value.toFixed(3) : 'n/a'
  }
  return [
    `Deployment: ${point.deployment} Clients: ${point.clients}`,
    `Prompt (mean): ${point.promptTokens} tokens`,
    `Generation (mean): ${point.outputTokens} tokens`,
    `Query throughput: ${text('classic.throughput')} queries/s`,
    `Token throughput (total): ${text('classic.tokens_per_sec')} tokens/s`,
    `Query latency: ${text('classic.latency')} s`,
    `Token generation latency: ${text('classic.token_gen_latency')} s/token`,
    `First token received: ${text('classic.first_token_latency')} s`,
  ].join(', ')
}
