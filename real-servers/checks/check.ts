import type { Installed } from '../real-server.ts'
import type { Suite } from '../suite/suite.ts'
import type { Standing } from '../suite/standing.ts'

/** A fact that was not as it should be; the text says what was found. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed'
}

/** Nothing was found out: the machine kept the client from its work. */
export class CannotJudge extends Error {
  override readonly name = 'CannotJudge'
}

export function must(holds: boolean, text: () => string): asserts holds {
  if (!holds) throw new CheckFailed(text())
}

/** What a check of a server that stands is given. */
export interface CheckContext {
  readonly installed: Installed
  readonly suite: Suite
  readonly server: Standing
  readonly signal: AbortSignal
}

/** Resolves with what was found, in a line or several; rejects with CheckFailed. */
export interface Check {
  readonly name: string
  readonly run: (context: CheckContext) => Promise<string>
}
