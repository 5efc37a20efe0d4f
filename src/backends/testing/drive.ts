import { onTestFinished } from 'vitest'
import { UserError } from '../../errors.ts'
import { runLoad } from '../../load/run-load.ts'
import type { Recording } from '../../recording/recording.ts'
import type { Wire as StubWire } from '../../stub/wires/wire-server.ts'
import type { Backend, Probe, Target, Turn } from '../backend.ts'
import { normalizeBaseUrl } from '../base-url.ts'
import { createProbeHttp } from '../probe-http.ts'

/** A wire that ends with its test. */
export async function started(starting: Promise<StubWire>): Promise<StubWire> {
  const wire = await starting
  onTestFinished(() => wire.close())
  return wire
}

export function targetOf(backend: Backend, wire: StubWire, more: Partial<Target> = {}): Target {
  return {
    backendId: backend.id,
    endpoints: [{ url: normalizeBaseUrl(wire.url, backend.baseUrl) }],
    model: null,
    route: 'completions',
    stream: true,
    headers: {},
    extraBody: {},
    sampling: { temperature: 1, topP: 0.9, seed: 42 },
    ...more,
  }
}

export async function probeOf(backend: Backend, target: Target): Promise<Probe> {
  const { headers } = target
  const http = createProbeHttp({ name: backend.id, ca: [], headers, timeoutSeconds: 10, answerSeconds: 10 })
  return await backend.probe(http, target, new AbortController().signal)
}

/** The one line with which the probe ends. */
export async function probeFailure(backend: Backend, target: Target): Promise<string> {
  return await probeOf(backend, target).then(
    () => 'the probe did not fail',
    (error: unknown) => {
      if (error instanceof UserError) return error.message
      throw error
    },
  )
}

export const turnOf = (outputTokens: number, item = 0): Turn => ({
  item,
  prompt: `salt ${item}: tell a story`,
  messages: null,
  outputTokens,
  requestId: `request-${item}`,
})

export interface Driven {
  readonly recording: Recording
  readonly requests: Recording['requests']
  /** The text of one answer. */
  readonly text: (row: number) => string
  /** Tokens of each chunk that carries any; -1 unknown. */
  readonly tokens: (row: number) => readonly number[]
}

/** Sends requests as a measured point does, one client, and gives what was recorded. */
export async function drive(
  backend: Backend,
  target: Target,
  probe: Probe,
  outputTokens: readonly number[],
): Promise<Driven> {
  const recording = await runLoad({
    endpoints: target.endpoints,
    balance: 'round-robin',
    threads: 1,
    method: 'POST',
    wire: probe.wire ?? backend.wire(target),
    decoder: { module: backend.decoderModule, options: { route: target.route, stream: target.stream } },
    success: backend.success,
    timingHeader: backend.timingHeader?.(target),
    scenario: {
      kind: 'closedLoop',
      clients: 1,
      staggerSeconds: 0,
      warmup: { rounds: 0, maxRounds: 0, agreement: 0.05 },
    },
    warmup: [],
    requests: outputTokens.map((tokens, item) => {
      const { path, headers, body } = backend.request(turnOf(tokens, item), target, probe)
      return {
        item,
        path,
        headers,
        body,
        requestId: `request-${item}`,
        askedPromptTokens: null,
        askedOutputTokens: tokens,
        session: null,
        turn: null,
      }
    }),
    limits: { connect: 10, firstByte: 20, idle: 20, total: 30 },
    retries: 0,
    ca: [],
    seed: 1,
    saveText: true,
    stop: { durationSeconds: null, drainSeconds: null, errorRate: null, saturation: false },
    canary: null,
  })
  const { requests, chunks } = recording
  return {
    recording,
    requests,
    text: (row) =>
      Buffer.from(recording.text).toString('utf8', requests.textStart[row] ?? 0, requests.textEnd[row] ?? 0),
    tokens: (row) => {
      const rows = Array.from(
        { length: requests.chunkEnd[row]! - requests.chunkStart[row]! },
        (_, index) => requests.chunkStart[row]! + index,
      )
      return rows.filter((chunk) => chunks.carriesToken[chunk] === 1).map((chunk) => chunks.tokens[chunk] ?? 0)
    },
  }
}
