import { status as statusCode, type StatusObject } from '@grpc/grpc-js'
import { plainDetails } from '../../../grpc/details.ts'
import type { Outcome } from '../../../recording/vocabulary.ts'

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
  if (disconnected) {
    const how = /^\w+ E[A-Z]+\b/.test(text) ? text : 'the connection was closed'
    return { outcome: 'connection_error', text: `${how} ${where}` }
  }
  // Made by the library itself: what came was a reset stream, or HTTP/2 that is not gRPC.
  if (details.startsWith('Received RST_STREAM')) return { outcome: 'connection_error', text: `${text} ${where}` }
  if (/^(Received HTTP status code|No status information received)/.test(details)) {
    return { outcome: 'protocol_error', text }
  }
  const named = `${statusCode[code] ?? code}: ${text}`
  if (code === statusCode.DEADLINE_EXCEEDED) return { outcome: 'timeout', text: named }
  return { outcome: answered ? 'stream_error' : 'http_error', text: named }
}
