/** The peer broke its protocol; the message says how. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}
