import type { Measured } from './measured.ts'
import { sum } from './statistics.ts'
import { verdictLimits as limits } from './verdict-limits.ts'
import { over, share, type Finding, type Limits, type Rule } from './verdict-rule.ts'

/** Whether the server did the work that was asked for. */
export const lengthRules: readonly Rule[] = [
  {
    id: 'output_length',
    family: 'workload',
    describe: 'output tokens counted against those asked for, in sum and by request: 2 % off suspect, 10 % off invalid',
    judge({ measured }) {
      const found = lengthDifference(measured, 'output')
      if (found === null) return null
      const inSum = lengthOff(limits.outputLength, found, 'output')
      const each = over(
        limits.outputLength,
        found.byRequest / found.asked,
        (part) =>
          `output lengths are ${part} off what was asked for, request by request, though their mean may be right: the work differs from the plan`,
      )
      return each?.status === 'invalid' && inSum?.status !== 'invalid' ? each : (inSum ?? each)
    },
  },
  {
    id: 'output_clamped',
    family: 'workload',
    describe: 'answers that ended by length before the length asked for: over 2 % suspect, over 10 % invalid',
    judge({ measured: { recording, ok, tokens } }) {
      const { finishReason, askedOutputTokens } = recording.requests
      const clamped = ok.filter((row) => {
        const [asked, counted] = [askedOutputTokens[row], tokens.output.counts[row]]
        return finishReason[row] === 'length' && asked != null && counted != null && counted < asked
      })
      return over(
        limits.clamped,
        share(clamped.length, ok.length),
        (part) =>
          `${part} of the answers say they ended by length, with fewer tokens than asked for: the server clamps lengths`,
      )
    },
  },
  {
    id: 'prompt_length',
    family: 'workload',
    describe:
      "prompt tokens counted against those asked for: 10 % off suspect, 50 % off invalid; too few by the model's own tokenizer: 2 % and 10 %",
    judge({ measured, ownTokenizer }) {
      const found = lengthDifference(measured, 'prompt')
      if (found === null) return null
      const short = ownTokenizer && found.counted < found.asked
      return lengthOff(short ? limits.shortPrompt : limits.promptLength, found, 'prompt')
    },
  },
]

export interface LengthDifference {
  readonly requests: number
  readonly counted: number
  readonly asked: number
  /** Sum of each request's difference, which does not cancel out. */
  readonly byRequest: number
}

/** Tokens of the ok requests that were counted and have a length asked for; null when there are none. */
export function lengthDifference(
  { recording, ok, tokens }: Measured,
  which: 'prompt' | 'output',
): LengthDifference | null {
  const { counts } = tokens[which]
  const asked = which === 'prompt' ? recording.requests.askedPromptTokens : recording.requests.askedOutputTokens
  const both = ok.filter((row) => counts[row] != null && asked[row] != null)
  const wanted = sum(both.map((row) => asked[row] ?? 0))
  if (wanted === 0) return null
  return {
    requests: both.length,
    counted: sum(both.map((row) => counts[row] ?? 0)),
    asked: wanted,
    byRequest: sum(both.map((row) => Math.abs((counts[row] ?? 0) - (asked[row] ?? 0)))),
  }
}

function lengthOff(limit: Limits, { requests, counted, asked }: LengthDifference, what: string): Finding | null {
  const each = (total: number) => (total / requests).toPrecision(4)
  return over(
    limit,
    Math.abs(counted - asked) / asked,
    () =>
      `${each(counted)} ${what} tokens a request were counted, ${each(asked)} were asked for: the work differs from the plan`,
  )
}
