import type { ClassicRequest } from './classic-request.ts'
import { meetsDeadline, type DeadlineMethod, type DeadlineRates } from './deadlines.ts'
import type { ClassicValue } from './formulas.ts'

/** The rates that the original asks for by default: 512 prompt tokens/s, and each of these output tokens/s. */
export const classicPromptRate = 512
export const classicGenerationRates = [1, 2, 3, 4, 6, 8] as const

export type EffectiveThroughput =
  | { readonly value: number; readonly passedShare: number }
  | Extract<ClassicValue, { readonly value: null }>

/** N / (max end - min start) x (requests that meet their deadline / N), queries/s */
export function effectiveThroughput(
  requests: readonly ClassicRequest[],
  method: DeadlineMethod,
  rates: DeadlineRates,
): EffectiveThroughput {
  const rate = classicRate(requests)
  if (rate.value === null) return rate
  let passed = 0
  for (const { tokenGenTime, promptTokens } of requests) {
    if (tokenGenTime.length === 0) return { value: null, note: 'an answer has no token times: it was not streamed' }
    if (promptTokens === null) return { value: null, note: 'the tokens of the prompts were not counted' }
    if (meetsDeadline(method, rates, promptTokens, tokenGenTime)) passed += 1
  }
  const passedShare = passed / requests.length
  return { value: rate.value * passedShare, passedShare }
}

/** N / (max end - min start), queries/s */
function classicRate(requests: readonly ClassicRequest[]): ClassicValue {
  if (requests.length === 0) return { value: null, note: 'no request was ok' }
  let start = Infinity
  let end = -Infinity
  for (const request of requests) {
    start = Math.min(start, request.start)
    end = Math.max(end, request.end)
  }
  return end > start ? { value: requests.length / (end - start) } : { value: null, note: 'the requests took no time' }
}
