import { ledgerMetric } from '../ledger-metric.ts'
import { ledgers } from '../ledgers.ts'

/** What each counter counted, side by side: `prompt_tokens_server`, `prompt_tokens_tokenizer`. */
export const promptTokens = [
  ledgerMetric('prompt', 'server', ledgers.prompt.server),
  ledgerMetric('prompt', 'tokenizer', ledgers.prompt.tokenizer),
] as const
