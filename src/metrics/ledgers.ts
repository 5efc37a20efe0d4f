import type { RequestColumns } from '../recording/recording.ts'
import type { Measured } from './measured.ts'
import { sum } from './statistics.ts'

/** Who counts tokens, side by side: columns of the recording. */
export const ledgers = {
  output: {
    server: { column: 'serverOutputTokens', name: "the server's usage" },
    tokenizer: { column: 'tokenizerOutputTokens', name: 'the tokenizer' },
    stream: { column: 'streamOutputTokens', name: "the stream's ids or running usage" },
  },
  prompt: {
    server: { column: 'serverPromptTokens', name: "the server's usage" },
    tokenizer: { column: 'tokenizerPromptTokens', name: 'the tokenizer' },
  },
} as const satisfies Record<string, Record<string, Ledger>>

export interface Ledger {
  readonly column: keyof RequestColumns
  /** Who counts, as a sentence says it. */
  readonly name: string
}

export type LedgerTotal = { readonly value: number } | { readonly value: null; readonly note: string }

/** Tokens of the ok requests by one ledger; null where it did not count all of them. */
export function ledgerTotal({ recording, ok }: Measured, { column, name }: Ledger): LedgerTotal {
  const counts = recording.requests[column] as readonly (number | null)[]
  const counted = ok.filter((row) => counts[row] != null)
  if (ok.length === 0) return { value: null, note: 'no request was ok' }
  if (counted.length < ok.length) {
    return { value: null, note: `${name} counted ${counted.length} of ${ok.length} requests` }
  }
  return { value: sum(counted.map((row) => counts[row] ?? 0)) }
}

/**
 * The largest difference between two ledgers of output tokens, as a share of the server's count. An answer's end token, which
 * one ledger may count and another not, is allowed for: one token a request.
 */
export function ledgerDifference(measured: Measured): { readonly share: number; readonly text: string } | null {
  const { server, tokenizer, stream } = ledgers.output
  const own = ledgerTotal(measured, server)
  if (own.value === null || own.value === 0) return null
  let widest: { share: number; text: string } | null = null
  for (const other of [tokenizer, stream]) {
    const { value } = ledgerTotal(measured, other)
    if (value === null) continue
    const share = Math.max(0, Math.abs(value - own.value) - measured.ok.length) / own.value
    const text = `${own.value} output tokens by ${server.name}, ${value} by ${other.name}`
    if (widest === null || share > widest.share) widest = { share, text }
  }
  return widest
}
