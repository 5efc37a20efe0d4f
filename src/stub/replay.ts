import { openai } from '../backends/openai.ts'
import type { Target } from '../backends/backend.ts'
import type { CanaryPlan, LoadPlan, PlannedRequest } from '../load/plan.ts'

/** Streams as a client sees them: what decides how exact it can be. */
export interface StreamShape {
  readonly streams: number
  /** One after the other on each stream. */
  readonly requestsEach: number
  readonly stream: boolean
  readonly ttftSeconds: number
  /** Between the chunks of a stream. */
  readonly gapSeconds: number
  readonly chunksEach: number
  readonly tokensPerChunk: number
  readonly chunkBytes: number
  readonly requestBytes: number
  /** Chunks of all streams come together, as an engine's steps send them; else each stream has a phase of its own. */
  readonly lockStep: boolean
  /** Streams begin within so long. */
  readonly staggerSeconds: number
}

export interface ReplayOptions {
  readonly canary?: CanaryPlan | null
  readonly ca?: readonly string[]
  readonly threads?: number
}

/** The load that makes a stub send streams of this shape. `canary` and `threads` as in a point. */
export function replayPlan(
  url: string,
  shape: StreamShape,
  { canary = null, ca = [], threads = 1 }: ReplayOptions = {},
): LoadPlan {
  const target: Target = {
    backendId: openai.id,
    endpoints: [{ url: `${url}/v1` }],
    model: 'stub',
    route: 'completions',
    stream: shape.stream,
    headers: {},
    extraBody: {},
    sampling: { temperature: 1, topP: 0.9, seed: 1 },
  }
  const { streams, requestsEach } = shape
  const body = requestBody(shape)
  return {
    endpoints: target.endpoints,
    threads,
    balance: 'round-robin',
    retries: 0,
    method: 'POST',
    wire: openai.wire(target),
    decoder: { module: openai.decoderModule, options: { route: target.route, stream: target.stream } },
    success: openai.success,
    scenario: {
      kind: 'closedLoop',
      clients: streams,
      staggerSeconds: shape.staggerSeconds / streams,
      warmup: { rounds: 0, maxRounds: 0, agreement: 0.05 },
    },
    warmup: [],
    requests: Array.from({ length: streams * requestsEach }, (_, item) => replayRequest(item, body)),
    limits: { connect: 10, firstByte: 30, idle: 30, total: 60 },
    ca,
    seed: 1,
    saveText: false,
    stop: { durationSeconds: null, drainSeconds: null, errorRate: null, saturation: false },
    canary,
  }
}

function replayRequest(item: number, body: string): PlannedRequest {
  const requestId = `replay-${item}`
  return {
    item,
    path: '/completions',
    headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    body,
    requestId,
    askedPromptTokens: null,
    askedOutputTokens: null,
    session: null,
    turn: null,
  }
}

function requestBody(shape: StreamShape): string {
  const { stream, tokensPerChunk, chunkBytes, ttftSeconds, gapSeconds } = shape
  const body = {
    model: 'stub',
    prompt: '',
    max_tokens: shape.chunksEach * tokensPerChunk,
    stream,
    stub: {
      schedule: {
        kind: shape.lockStep ? 'lockStep' : 'staggered',
        ttftMs: ttftSeconds * 1000,
        // The schedule counts tokens: those of a chunk are due with the chunk's first.
        itlMs: Math.max(0.001, (gapSeconds * 1000) / tokensPerChunk),
      },
      tokensPerChunk,
      eventBytes: Math.round(chunkBytes),
    },
  }
  const missing = Math.max(1, Math.round(shape.requestBytes) - JSON.stringify(body).length)
  return JSON.stringify({ ...body, prompt: 'x'.repeat(missing) })
}
