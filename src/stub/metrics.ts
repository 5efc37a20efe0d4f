import { counterWords, type CounterWords } from './counter-words.ts'
import { carriesToken, type RequestLog } from './log.ts'

/** What a server counts since its start. Sums of seconds, with how many they are of. */
export interface Counted {
  requests: number
  promptTokens: number
  cachedTokens: number
  tokens: number
  preemptions: number
  ttftSum: number
  ttftCount: number
  e2eSum: number
  e2eCount: number
}

/** One request that ended; seconds from its arrival, null where it did not come that far. */
export interface EndedRequest {
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly tokens: number
  readonly ttft: number | null
  readonly e2e: number | null
}

/** Prometheus counters, kept apart from the log: clearing the log leaves them. */
export interface Counters {
  count(request: EndedRequest): void
  text(running: number): string
}

export function createCounters(model: string, words: CounterWords): Counters {
  const counted: Counted = {
    requests: 0,
    promptTokens: 0,
    cachedTokens: 0,
    tokens: 0,
    preemptions: 0,
    ttftSum: 0,
    ttftCount: 0,
    e2eSum: 0,
    e2eCount: 0,
  }
  return {
    count(request) {
      counted.requests++
      counted.promptTokens += request.promptTokens
      counted.cachedTokens += request.cachedTokens
      counted.tokens += request.tokens
      if (request.ttft !== null) {
        counted.ttftSum += request.ttft
        counted.ttftCount++
      }
      if (request.e2e !== null) {
        counted.e2eSum += request.e2e
        counted.e2eCount++
      }
    },
    text: (running) => `${counterWords[words](counted, running, model).join('\n')}\n`,
  }
}

/** What a log entry adds to the counters; `cachedTokens` of its prompt are said to come from a cache. */
export function endedRequest(request: RequestLog, cachedTokens: number): EndedRequest {
  const first = request.chunks.sentNs[request.chunks.kind.findIndex(carriesToken)]
  const complete = request.ended === 'complete' && request.endedNs !== null && request.status === 200
  return {
    promptTokens: request.promptTokens ?? 0,
    cachedTokens: Math.min(cachedTokens, request.promptTokens ?? 0),
    tokens: request.chunks.tokens.reduce((sum, tokens) => sum + tokens, 0),
    ttft: first === undefined ? null : (first - request.receivedNs) / 1e9,
    e2e: complete ? ((request.endedNs ?? 0) - request.receivedNs) / 1e9 : null,
  }
}
