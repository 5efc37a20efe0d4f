import { createProbeHttp } from '../../backends/probe-http.ts'
import type { Backend, Target } from '../../backends/backend.ts'
import { normalizeBaseUrl } from '../../backends/base-url.ts'
import { openai } from '../../backends/openai.ts'
import type { LoadPlan } from '../../load/plan.ts'
import { deriveMetrics, type MetricId } from '../../metrics/index.ts'
import { measure, type Measured } from '../../metrics/measured.ts'
import type { Recording } from '../../recording/recording.ts'
import type { MetricBlock } from '../../result/schema.ts'
import type { RequestLog, StubLog } from '../log.ts'
import type { Stub } from '../stub.ts'

export interface StubLoad {
  readonly clients: number
  readonly requests: number
  readonly outputTokens: number
  readonly route?: 'completions' | 'chat'
  readonly stream?: boolean
  readonly threads?: number
  readonly limits?: Partial<LoadPlan['limits']>
  /** The backend of the stub's wire. */
  readonly backend?: Backend
}

export interface StubMeasurement {
  readonly recording: Recording
  readonly measured: Measured
  readonly metrics: Readonly<Record<MetricId, MetricBlock>>
  readonly log: StubLog
  /** The stub's side of a row of the recording. */
  readonly logOf: (row: number) => RequestLog
}

/**
 * The whole way of a point against a stub, but for the workload: its backend probes it, asks and decodes;
 * `run` drives the load. The stub's log holds the measured requests only.
 */
export async function measureStub(
  stub: Stub,
  {
    clients,
    requests,
    outputTokens,
    route = 'completions',
    stream = true,
    threads = 1,
    limits,
    backend = openai,
  }: StubLoad,
  run: (plan: LoadPlan) => Promise<Recording>,
): Promise<StubMeasurement> {
  const target: Target = {
    backendId: backend.id,
    endpoints: [{ url: normalizeBaseUrl(stub.url, backend.baseUrl) }],
    model: 'stub',
    route,
    stream,
    headers: {},
    extraBody: {},
    sampling: { temperature: 1, topP: 0.9, seed: 1 },
  }
  const http = createProbeHttp({ name: backend.id, ca: [], headers: {}, timeoutSeconds: 20, answerSeconds: 20 })
  const probe = await backend.probe(http, target, new AbortController().signal)
  await stub.clear()
  const recording = await run({
    endpoints: target.endpoints,
    balance: 'round-robin',
    threads,
    method: 'POST',
    wire: backend.wire(target),
    decoder: { module: backend.decoderModule, options: { route, stream } },
    success: backend.success,
    scenario: { kind: 'closedLoop', clients, staggerSeconds: 0, warmup: { rounds: 0, maxRounds: 0, agreement: 0.05 } },
    warmup: [],
    requests: Array.from({ length: requests }, (_, item) => {
      const requestId = `request-${item}`
      const prompt = `${item} two three four five`
      const { path, headers, body } = backend.request(
        { item, prompt, messages: null, outputTokens, requestId },
        target,
        probe,
      )
      return {
        item,
        path,
        headers,
        body,
        requestId,
        askedPromptTokens: 5,
        askedOutputTokens: outputTokens,
        session: null,
        turn: null,
      }
    }),
    limits: { connect: 20, firstByte: 30, idle: 30, total: 60, ...limits },
    retries: 0,
    ca: [],
    seed: 1,
    saveText: true,
    stop: { durationSeconds: null, drainSeconds: null, errorRate: null, saturation: false },
    canary: null,
  })
  const measured = measure(recording, {
    clients,
    stream,
    model: 'stub',
    tensorParallel: 1,
    gpus: null,
    parametersBillion: null,
    promptTokens: 5,
    outputTokens,
    listedTokens: false,
    objectives: {},
    counters: null,
  })
  const log = await stub.log()
  const byId = new Map(log.requests.map((entry) => [entry.requestId, entry]))
  return {
    recording,
    measured,
    metrics: deriveMetrics(measured),
    log,
    logOf: (row) => byId.get(recording.requests.requestIdSent[row] ?? '') as RequestLog,
  }
}
