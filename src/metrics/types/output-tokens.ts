import { ledgerMetric } from '../ledger-metric.ts'
import { ledgers } from '../ledgers.ts'

/** What each counter counted, side by side: `output_tokens_server`, `output_tokens_tokenizer`, `output_tokens_stream`. */
export const outputTokens = [
  ledgerMetric('output', 'server', ledgers.output.server),
  ledgerMetric('output', 'tokenizer', ledgers.output.tokenizer),
  ledgerMetric('output', 'stream', ledgers.output.stream),
] as const
