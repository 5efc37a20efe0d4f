import type { RequestColumns } from '../recording/recording.ts'
import type { TokenLedger } from '../result/schema.ts'

/** Token counts of the requests, all by one counter. */
export interface TokenCounts {
  readonly ledger: TokenLedger
  /** By row of the recording; null where it did not count. */
  readonly counts: readonly (number | null)[]
  /** Who counted, and why not the server. */
  readonly note: string
}

/**
 * The server's own usage when it came with every ok request, else the tokenizer's when it counted every ok request,
 * else none: two counters are never mixed in one number.
 */
export function tokenCounts(requests: RequestColumns, ok: readonly number[], which: 'prompt' | 'output'): TokenCounts {
  const server = which === 'prompt' ? requests.serverPromptTokens : requests.serverOutputTokens
  const tokenizer = which === 'prompt' ? requests.tokenizerPromptTokens : requests.tokenizerOutputTokens
  const counted = (column: readonly (number | null)[]) => ok.filter((row) => column[row] != null).length

  if (ok.length === 0) return { ledger: 'none', counts: [], note: 'no request was ok' }
  const byServer = counted(server)
  if (byServer === ok.length) return { ledger: 'server', counts: server, note: 'counted by the server' }
  const missing =
    byServer === 0
      ? `the server sent no count of ${which} tokens`
      : `the server counted the ${which} tokens of ${byServer} of ${ok.length} requests only`
  const byTokenizer = counted(tokenizer)
  if (byTokenizer === ok.length) {
    return { ledger: 'tokenizer', counts: tokenizer, note: `counted by the tokenizer: ${missing}` }
  }
  return {
    ledger: 'none',
    counts: [],
    note: `${missing}, and ${byTokenizer === 0 ? 'no tokenizer counted them' : `the tokenizer counted ${byTokenizer}`}`,
  }
}
