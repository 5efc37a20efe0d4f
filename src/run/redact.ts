import type { Redactor } from '../backends/redactor.ts'
import type { Recording } from '../recording/recording.ts'

/**
 * The recording as it may be stored: a server may echo what it was sent. Answers keep their length, so that the ranges
 * of requests and chunks stay right.
 */
export function redactRecording(recording: Recording, redactor: Redactor): Recording {
  const { requests } = recording
  const column = (values: readonly (string | null)[]) =>
    values.map((value) => (value === null ? null : redactor.text(value)))
  return {
    ...recording,
    requests: {
      ...requests,
      error: column(requests.error),
      finishReason: column(requests.finishReason),
      requestIdReturned: column(requests.requestIdReturned),
      serverTimings: column(requests.serverTimings),
    },
    text: redactor.bytes(recording.text),
  }
}

/** The same error, keys removed from its words and its stack. */
export function redactError(error: unknown, redactor: Redactor): unknown {
  // A DOMException, as an abort throws, cannot be written to, and has words of the platform's alone.
  if (!(error instanceof Error) || error instanceof DOMException) return error
  error.message = redactor.text(error.message)
  if (error.stack !== undefined) error.stack = redactor.text(error.stack)
  return error
}
