/**
 * A mistake or condition that the user can act on: one clear line, printed without a stack trace.
 * `exitCode`: 2 wrong use, 1 something measured failed.
 */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly exitCode: 1 | 2
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
