import { carriesToken, type RequestLog } from './log.ts'

/** Prometheus counters, kept apart from the log: clearing the log leaves them. */
export interface Counters {
  add(request: RequestLog): void
  text(running: number): string
}

export function createCounters(model: string): Counters {
  const counted = { requests: 0, promptTokens: 0, tokens: 0, ttftSum: 0, ttftCount: 0, e2eSum: 0, e2eCount: 0 }
  return {
    add(request) {
      counted.requests++
      counted.promptTokens += request.promptTokens ?? 0
      counted.tokens += request.chunks.tokens.reduce((sum, tokens) => sum + tokens, 0)
      const first = request.chunks.sentNs[request.chunks.kind.findIndex(carriesToken)]
      if (first !== undefined) {
        counted.ttftSum += (first - request.receivedNs) / 1e9
        counted.ttftCount++
      }
      if (request.ended === 'complete' && request.endedNs !== null && request.status === 200) {
        counted.e2eSum += (request.endedNs - request.receivedNs) / 1e9
        counted.e2eCount++
      }
    },
    text(running) {
      const label = `{model_name=${JSON.stringify(model)}}`
      const series = (name: string, type: string, values: Readonly<Record<string, number>>) => [
        `# TYPE stub_${name} ${type}`,
        ...Object.entries(values).map(([suffix, v]) => `stub_${name}${suffix}${label} ${v}`),
      ]
      return [
        ...series('requests_total', 'counter', { '': counted.requests }),
        ...series('prompt_tokens_total', 'counter', { '': counted.promptTokens }),
        ...series('generation_tokens_total', 'counter', { '': counted.tokens }),
        ...series('time_to_first_token_seconds', 'summary', { _sum: counted.ttftSum, _count: counted.ttftCount }),
        ...series('e2e_request_latency_seconds', 'summary', { _sum: counted.e2eSum, _count: counted.e2eCount }),
        ...series('num_requests_running', 'gauge', { '': running }),
        '',
      ].join('\n')
    },
  }
}
