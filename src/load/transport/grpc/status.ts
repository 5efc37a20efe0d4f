import { status as statusCode, type StatusObject } from '@grpc/grpc-js'
import type { Outcome } from '../../../recording/vocabulary.ts'
import { oneLine } from '../../error-text.ts'

export interface CallProgress {
  /** A message of the answer has come. */
  readonly answered: boolean
  /** The connection under the call is gone. */
  readonly disconnected: boolean
}

/** What a status other than OK means for a request. */
export function failureOf(
  { code, details }: Pick<StatusObject, 'code' | 'details'>,
  { answered, disconnected }: CallProgress,
): { readonly outcome: Outcome; readonly text: string } {
  const text = plainDetails(details)
  const where = answered ? 'within the answer' : 'before it answered'
  if (disconnected) return { outcome: 'connection_error', text: `the connection was closed ${where}` }
  // Made by the library itself: what came was a reset stream, or HTTP/2 that is not gRPC.
  if (details.startsWith('Received RST_STREAM')) return { outcome: 'connection_error', text: `${text} ${where}` }
  if (/^(Received HTTP status code|No status information received)/.test(details)) {
    return { outcome: 'protocol_error', text }
  }
  const named = `${statusCode[code] ?? code}: ${text}`
  if (code === statusCode.DEADLINE_EXCEEDED) return { outcome: 'timeout', text: named }
  return { outcome: answered ? 'stream_error' : 'http_error', text: named }
}

/** Python's gRPC wraps the details of a failed inner call in those of the outer one; the innermost tell what happened. */
export function plainDetails(details: string): string {
  const inner = /\bdetails = "([\s\S]*?)"\s*debug_error_string/.exec(details)?.[1]
  if (inner !== undefined) return plainDetails(inner)
  return oneLine(
    details
      .replace(/^Exception calling application: /, '')
      .replace(/^No connection established\. Last error: (?:Error: )?/, '')
      .replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)/, ''),
  ).slice(0, 300)
}
