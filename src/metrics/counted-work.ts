import type { RequestColumns } from '../recording/recording.ts'
import type { Measured } from './measured.ts'

/** A count of the server's beside the range that the client's own records leave for it, warm-up included. */
export interface CountedWork {
  readonly counted: number
  readonly least: number
  readonly most: number
}

/** How far outside its range a count lies, as a share of the range's nearer end; 0 inside. */
export function apart({ counted, least, most }: CountedWork): number {
  if (counted < least) return (least - counted) / Math.max(1, least)
  return counted > most ? (counted - most) / Math.max(1, most) : 0
}

/** Each ok request was counted; one that failed may have been. Null: the server counts no requests, or tells nothing. */
export function countedRequests({ recording: { requests }, facts: { counters } }: Measured): CountedWork | null {
  const counted = counters?.source == null ? null : counters.counted.requests
  if (counted === null) return null
  let least = 0
  let most = 0
  for (let row = 0; row < requests.length; row++) {
    if (requests.outcome[row] === 'ok') least++
    if (requests.writeStart[row] != null) most += Math.max(1, requests.attempts[row] ?? 1)
  }
  return { counted, least, most }
}

/**
 * Tokens of the ok requests by usage, else by the tokenizer; a request that failed may have cost the server all that it
 * asked for. Null: the server does not count them, the client could not, or requests were counted that are not the client's.
 */
export function countedTokens(measured: Measured, which: 'prompt' | 'output'): CountedWork | null {
  const { recording, facts } = measured
  if (facts.counters?.source == null) return null
  const counted = facts.counters.counted[`${which}_tokens`]
  const requests = countedRequests(measured)
  if (counted === null || (requests !== null && apart(requests) > 0)) return null
  const { outcome, writeStart } = recording.requests
  const columns = columnsOf(recording.requests, which)
  let least = 0
  let spare = 0
  for (let row = 0; row < recording.requests.length; row++) {
    if (outcome[row] === 'ok') {
      const tokens = columns.server[row] ?? columns.tokenizer[row] ?? null
      if (tokens === null) return null
      least += tokens
    } else if (writeStart[row] != null) {
      spare += columns.asked[row] ?? 0
    }
  }
  return { counted, least, most: least + spare }
}

const columnsOf = (requests: RequestColumns, which: 'prompt' | 'output') =>
  which === 'prompt'
    ? {
        server: requests.serverPromptTokens,
        tokenizer: requests.tokenizerPromptTokens,
        asked: requests.askedPromptTokens,
      }
    : {
        server: requests.serverOutputTokens,
        tokenizer: requests.tokenizerOutputTokens,
        asked: requests.askedOutputTokens,
      }
