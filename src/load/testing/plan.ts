import type { LoadPlan, PlannedRequest, StopRules } from '../plan.ts'

export const echoDecoder = new URL('echo-decoder.ts', import.meta.url).href

export function plannedRequest(item: number): PlannedRequest {
  return {
    item,
    path: '/go',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ item }),
    requestId: `r${item}`,
    askedPromptTokens: 3,
    askedOutputTokens: 2,
    session: null,
    turn: null,
  }
}

export const noStop: StopRules = { durationSeconds: null, drainSeconds: null, errorRate: null, saturation: false }

/** One client, one request, no warm-up, no stagger, generous limits. */
export function testPlan(
  port: number,
  changes: Partial<LoadPlan> & { count?: number; clients?: number } = {},
): LoadPlan {
  const { count = 1, clients = 1, ...rest } = changes
  return {
    endpoints: [{ url: `http://127.0.0.1:${port}/v1` }],
    balance: 'round-robin',
    threads: 1,
    method: 'POST',
    wire: { transport: 'http', framing: 'sse' },
    decoder: { module: echoDecoder, options: { route: 'completions', stream: true } },
    success: { finishReasons: ['stop', 'length'], endMarkSuffices: false },
    scenario: {
      kind: 'closedLoop',
      clients,
      staggerSeconds: 0,
      warmup: { rounds: 0, maxRounds: 0, agreement: 0.05 },
    },
    warmup: [],
    requests: Array.from({ length: count }, (_, item) => plannedRequest(item)),
    limits: { connect: 10, firstByte: 20, idle: 20, total: 30 },
    retries: 0,
    ca: [],
    seed: 1,
    saveText: true,
    stop: noStop,
    canary: null,
    ...rest,
  }
}
