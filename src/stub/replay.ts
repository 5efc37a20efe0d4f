import type { Backend, Target } from '../backends/backend.ts'
import { normalizeBaseUrl } from '../backends/base-url.ts'
import { fastgen } from '../backends/fastgen.ts'
import { openai } from '../backends/openai.ts'
import type { CanaryPlan, LoadPlan, PlannedRequest } from '../load/plan.ts'
import { overridesHeader, type Overrides } from './options.ts'

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

type ReplayRequest = Pick<PlannedRequest, 'path' | 'headers' | 'body'>

/** By the scheme of a stub's address: who speaks its wire, and how it is told what to send. */
const replays: Readonly<Record<string, { backend: Backend; request: (shape: StreamShape) => ReplayRequest }>> = {
  grpc: { backend: fastgen, request: grpcRequest },
  http: { backend: openai, request: httpRequest },
  https: { backend: openai, request: httpRequest },
}

/** The load that makes a stub send streams of this shape, on the stub's wire. `canary` as in a point. */
export function replayPlan(
  url: string,
  shape: StreamShape,
  { canary = null, ca = [], threads = 1 }: ReplayOptions = {},
): LoadPlan {
  const replay = replays[new URL(url).protocol.slice(0, -1)]
  if (replay === undefined) throw new Error(`no replay at ${url}`)
  const { backend } = replay
  const target: Target = {
    backendId: backend.id,
    endpoints: [{ url: normalizeBaseUrl(url, backend.baseUrl) }],
    model: 'stub',
    route: 'completions',
    stream: shape.stream,
    headers: {},
    extraBody: {},
    sampling: { temperature: 1, topP: 0.9, seed: 1 },
  }
  const { streams, requestsEach } = shape
  const request = replay.request(shape)
  return {
    endpoints: target.endpoints,
    threads,
    balance: 'round-robin',
    retries: 0,
    method: 'POST',
    wire: backend.wire(target),
    decoder: { module: backend.decoderModule, options: { route: target.route, stream: target.stream } },
    success: backend.success,
    scenario: {
      kind: 'closedLoop',
      clients: streams,
      staggerSeconds: shape.staggerSeconds / streams,
      warmup: { rounds: 0, maxRounds: 0, agreement: 0.05 },
    },
    warmup: [],
    requests: Array.from({ length: streams * requestsEach }, (_, item) => replayRequest(item, request)),
    limits: { connect: 10, firstByte: 30, idle: 30, total: 60 },
    ca,
    seed: 1,
    saveText: false,
    stop: { durationSeconds: null, drainSeconds: null, errorRate: null, saturation: false },
    canary,
  }
}

function replayRequest(item: number, { path, headers, body }: ReplayRequest): PlannedRequest {
  const requestId = `replay-${item}`
  return {
    item,
    path,
    headers: { ...headers, 'x-request-id': requestId },
    body,
    requestId,
    askedPromptTokens: null,
    askedOutputTokens: null,
    session: null,
    turn: null,
  }
}

function httpRequest(shape: StreamShape): ReplayRequest {
  const body = {
    model: 'stub',
    prompt: '',
    max_tokens: shape.chunksEach * shape.tokensPerChunk,
    stream: shape.stream,
    stub: overridesOf(shape),
  }
  const missing = Math.max(1, Math.round(shape.requestBytes) - JSON.stringify(body).length)
  return {
    path: '/completions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, prompt: 'x'.repeat(missing) }),
  }
}

function grpcRequest(shape: StreamShape): ReplayRequest {
  const kwargs = { max_new_tokens: { ivalue: shape.chunksEach * shape.tokensPerChunk } }
  return {
    path: '/',
    headers: { [overridesHeader]: JSON.stringify(overridesOf(shape)) },
    body: JSON.stringify({ request: ['x'.repeat(Math.max(1, Math.round(shape.requestBytes)))], query_kwargs: kwargs }),
  }
}

/** What a request tells the stub to do for it. */
function overridesOf({ lockStep, ttftSeconds, gapSeconds, tokensPerChunk, chunkBytes }: StreamShape): Overrides {
  return {
    schedule: {
      kind: lockStep ? 'lockStep' : 'staggered',
      ttftMs: ttftSeconds * 1000,
      // The schedule counts tokens: those of a chunk are due with the chunk's first.
      itlMs: Math.max(0.001, (gapSeconds * 1000) / tokensPerChunk),
    },
    tokensPerChunk,
    eventBytes: Math.max(1, Math.round(chunkBytes)),
  }
}
