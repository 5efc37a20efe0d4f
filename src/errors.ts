import { printable } from './printable.ts'

/**
 * A mistake or condition that the user can act on: one clear line, printed without a stack trace.
 * `exitCode`: 2 wrong use, 1 something measured failed.
 */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly exitCode: 1 | 2
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(printable(message))
    this.exitCode = exitCode
  }
}

/** Runs `work`; a UserError ends the process with its line and exit code, all else is thrown on. */
export function exitOnUserError<T>(work: () => T): T {
  const onError = (error: unknown): never => {
    if (!(error instanceof UserError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(error.exitCode)
  }
  try {
    const result = work()
    return result instanceof Promise ? (result.catch(onError) as T) : result
  } catch (error) {
    return onError(error)
  }
}
