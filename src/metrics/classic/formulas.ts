import { mean, sum } from '../statistics.ts'
import type { ClassicRequest } from './classic-request.ts'

/** A number of the original, or why it has none (where the original stops with an exception). */
export type ClassicValue = { readonly value: number } | { readonly value: null; readonly note: string }

const nothing = { value: null, note: 'no request was ok' } as const

/** mean(end - start), seconds */
export function classicLatency(requests: readonly ClassicRequest[]): ClassicValue {
  const value = mean(requests.map(({ start, end }) => end - start))
  return value === null ? nothing : { value }
}

/** clients / latency, queries/s: Little's law, not a measured rate */
export function classicThroughput(requests: readonly ClassicRequest[], clients: number): ClassicValue {
  const latency = classicLatency(requests)
  if (latency.value === null) return latency
  return latency.value > 0 ? { value: clients / latency.value } : { value: null, note: 'the mean latency is 0' }
}

/** mean(token_gen_time[0]), seconds; the first response decides whether the point was streamed (0 if not) */
export function classicFirstTokenLatency(requests: readonly ClassicRequest[]): ClassicValue {
  if (requests.length === 0) return nothing
  if (requests[0]?.tokenGenTime.length === 0) return { value: 0 }
  const firsts = requests.map(({ tokenGenTime }) => tokenGenTime[0])
  const missing = firsts.filter((first) => first === undefined).length
  if (missing > 0) return { value: null, note: `${missing} of ${requests.length} answers have no token times` }
  return { value: mean(firsts as number[]) ?? 0 }
}

/** mean of token_gen_time[1:-1] pooled over requests with more than 2 entries, seconds; 0 without streaming */
export function classicTokenGenLatency(requests: readonly ClassicRequest[]): ClassicValue {
  if (requests.length === 0) return nothing
  if (requests[0]?.tokenGenTime.length === 0) return { value: 0 }
  const value = mean(requests.flatMap(({ tokenGenTime }) => tokenGenTime.slice(1, -1)))
  return value === null ? { value: null, note: 'no answer has more than 2 token times' } : { value }
}

/**
 * Mean of each request's own tokens / latency: prompt + answer, but in the second generation the entries of the list alone
 * where `generated_tokens` is a list.
 */
export function classicTokensPerSec(requests: readonly ClassicRequest[], generation: 1 | 2 = 2): ClassicValue {
  if (requests.length === 0) return nothing
  const rates: number[] = []
  for (const { start, end, listed, promptTokens, generatedTokens } of requests) {
    const withPrompt = generation === 1 || !listed
    if (generatedTokens === null || (withPrompt && promptTokens === null)) {
      return { value: null, note: 'the tokens were not counted' }
    }
    if (end <= start) return { value: null, note: 'a request took no time' }
    rates.push((generatedTokens + (withPrompt ? (promptTokens ?? 0) : 0)) / (end - start))
  }
  return { value: sum(rates) / rates.length }
}

/** Billions of parameters as the original reads them from a model's name: opt-1.3b gives 3, Mixtral-8x7B 7. */
export function classicParametersBillion(model: string): number | null {
  const match = /(\d+)([bm])/i.exec(model)
  if (!match) return null
  const digits = Number(match[1])
  return match[2]?.toLowerCase() === 'm' ? digits / 1000 : digits
}

/** throughput x n x (prompt + gen) x 2e-3 / tp, n in billions from the model's name */
export function classicTflops(
  requests: readonly ClassicRequest[],
  point: {
    readonly clients: number
    readonly model: string
    readonly promptTokens: number
    readonly outputTokens: number
    readonly tensorParallel: number
  },
): ClassicValue {
  const throughput = classicThroughput(requests, point.clients)
  if (throughput.value === null) return throughput
  const billions = classicParametersBillion(point.model)
  if (billions === null) return { value: null, note: `the name ${point.model} tells no size` }
  const tokens = point.promptTokens + point.outputTokens
  return { value: (throughput.value * billions * tokens * 2e-3) / point.tensorParallel }
}
