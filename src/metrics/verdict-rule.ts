import type { VerdictFamily, VerdictStatus } from '../result/schema.ts'
import type { VerdictFacts } from './verdict-facts.ts'

export interface Finding {
  readonly status: Exclude<VerdictStatus, 'valid'>
  /** A sentence that a user understands. */
  readonly text: string
}

export interface Rule {
  readonly id: string
  readonly family: VerdictFamily
  /** What it looks at and where its limits lie. */
  readonly describe: string
  /** Null: nothing against it. */
  judge(facts: VerdictFacts): Finding | null
}

/** Over the first limit a value is suspect, over the second invalid. */
export interface Limits {
  readonly suspect: number
  readonly invalid: number
}

export function over(limit: Limits, value: number | null, text: (value: string) => string): Finding | null {
  if (value === null || value <= limit.suspect) return null
  return { status: value > limit.invalid ? 'invalid' : 'suspect', text: text(percent(value)) }
}

export const share = (part: number, whole: number) => (whole === 0 ? null : part / whole)
export const percent = (value: number) => `${Number((value * 100).toPrecision(3))} %`
export function milliseconds(seconds: number): string {
  const ms = seconds * 1000
  return `${Math.abs(ms) < 1000 ? ms.toPrecision(3) : Math.round(ms)} ms`
}
