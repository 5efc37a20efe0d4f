import type { ResultFile } from '../result/schema.ts'

/** The original's one-line summary of a point; a value that the original would have crashed on reads `n/a`. */
export function classicSummary({ args, servemark }: ResultFile): string {
  const { point, metrics } = servemark
  const deployment = typeof args['deployment_name'] === 'string' ? args['deployment_name'] : point.result_label
  const text = (id: string) => {
    const block = metrics[id]
    return block && 'value' in block && block.value !== null ? block.value.toFixed(3) : 'n/a'
  }
  return [
    `Deployment: ${deployment} Clients: ${point.clients ?? 'n/a'}`,
    `Prompt (mean): ${point.prompt_tokens} tokens`,
    `Generation (mean): ${point.output_tokens} tokens`,
    `Query throughput: ${text('classic.throughput')} queries/s`,
    `Token throughput (total): ${text('classic.tokens_per_sec')} tokens/s`,
    `Query latency: ${text('classic.latency')} s`,
    `Token generation latency: ${text('classic.token_gen_latency')} s/token`,
    `First token received: ${text('classic.first_token_latency')} s`,
  ].join(', ')
}
