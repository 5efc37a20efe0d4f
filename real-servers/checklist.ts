import { CannotJudge, CheckFailed } from './checks/check.ts'
import { UserError } from '../src/errors.ts'

export type Outcome =
  | { readonly kind: 'checked'; readonly passed: number; readonly failed: number; readonly unjudged: number }
  | { readonly kind: 'skipped'; readonly why: string }

export interface Found<T> {
  readonly text: string
  readonly value: T
}

export interface ChecklistOptions {
  readonly signal: AbortSignal
  readonly print: (line: string) => void
}

/** The checks of one server, a line each as they end. */
export class Checklist {
  private readonly options: ChecklistOptions
  private passed = 0
  private failed = 0
  private unjudged = 0
  private skipped: string | null = null

  constructor(options: ChecklistOptions) {
    this.options = options
  }

  get outcome(): Outcome {
    if (this.skipped !== null) return { kind: 'skipped', why: this.skipped }
    return { kind: 'checked', passed: this.passed, failed: this.failed, unjudged: this.unjudged }
  }

  skip(why: string): void {
    this.skipped = why
    this.options.print(`  SKIPPED  ${why}`)
  }

  /** Prints what `work` found. Throws the signal's reason once the run is being ended. */
  async check(name: string, work: () => Promise<string>): Promise<void> {
    this.options.signal.throwIfAborted()
    await this.always(name, work)
  }

  /** The same for what must be done even when the run is being ended; nothing is judged then. */
  async always(name: string, work: () => Promise<string>): Promise<void> {
    await this.judge(name, async () => ({ text: await work(), value: null }))
  }

  /** Like `check`, and hands on what came of it; null when it failed. */
  async obtain<T>(name: string, work: () => Promise<Found<T>>): Promise<T | null> {
    this.options.signal.throwIfAborted()
    return await this.judge(name, work)
  }

  private async judge<T>(name: string, work: () => Promise<Found<T>>): Promise<T | null> {
    const { signal, print } = this.options
    try {
      const { text, value } = await work()
      this.passed++
      print(`  ok    ${name}: ${indented(text)}`)
      return value
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof CannotJudge) {
        this.unjudged++
        print(`  ?     ${name}: not judged, the machine is too busy: ${error.message}`)
        return null
      }
      this.failed++
      print(`  FAIL  ${name}: ${indented(describe(error))}`)
      return null
    }
  }
}

const indented = (text: string) => text.replaceAll('\n', '\n          ')

/** A fault of this code keeps its stack. */
function describe(error: unknown): string {
  if (error instanceof CheckFailed || error instanceof UserError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
