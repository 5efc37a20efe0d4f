import type { SuccessRule } from '../backends/backend.ts'
import type { Outcome } from '../recording/vocabulary.ts'

/** How the transport saw a request end. */
export type TransportEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'failed'; readonly outcome: Outcome; readonly text: string }

/** What the decoded events of a reply said about its end. */
export interface ReplyEnd {
  readonly finishReason: string | null
  readonly endMark: boolean
  /** First error event. */
  readonly error: string | null
  /** First event that was not the protocol's. */
  readonly malformed: string | null
  /** Where a hint helps: what the reply was instead of a stream. */
  readonly hint: string
}

export interface Verdict {
  readonly outcome: Outcome
  readonly error: string | null
}

/**
 * Exactly one outcome. Cancelling is ours and wins; an error event tells more than the way the connection ended after
 * it; then the transport's word; then what could not be read; a clean end without a finish is truncated.
 */
export function judge(transport: TransportEnd, reply: ReplyEnd, success: SuccessRule): Verdict {
  const failed = transport.kind === 'failed' ? transport : null
  if (failed !== null && (failed.outcome === 'cancelled' || failed.outcome === 'not_sent')) {
    return { outcome: failed.outcome, error: failed.text }
  }
  if (reply.error !== null) return { outcome: 'stream_error', error: reply.error }
  if (failed !== null) return { outcome: failed.outcome, error: failed.text }
  if (reply.malformed !== null) return { outcome: 'protocol_error', error: reply.malformed }
  if (reply.finishReason !== null) {
    if (success.finishReasons.includes(reply.finishReason)) return { outcome: 'ok', error: null }
    return { outcome: 'stream_error', error: `finish reason "${reply.finishReason}"` }
  }
  if (reply.endMark && success.endMarkSuffices) return { outcome: 'ok', error: null }
  const seen = reply.endMark ? 'the end mark came without a finish reason' : 'the reply ended without a finish reason'
  return { outcome: 'truncated', error: `${seen}${reply.hint}` }
}
