import { deserialize, serialize } from 'node:v8'
// oxlint-disable-next-line no-restricted-imports -- it rehearses the usual protocol, in the decoder that most backends share
import { openAiDecoderModule, openAiSuccess } from '../../backends/families/openai-wire.ts'
import type { LoadPlan, PlannedRequest, Scenario } from '../plan.ts'
import { recordLoad } from '../run-load.ts'
import { rehearsalReplies } from './rehearsal-replies.ts'
import { startRehearsalServer } from './rehearsal-server.ts'

const clients = 8
const noWarmup = { rounds: 0, maxRounds: 0, agreement: 1 }
/** An open loop's sends are due at each read: nothing needs to be woken. */
const sleepless = { start: () => undefined, passed: () => undefined, stop: () => undefined }

/**
 * Drives small loads through the whole path, against a server in this thread, so that V8 has compiled what will be
 * measured with: code that becomes hot within a point stalls the loop by milliseconds. Never rejects: a rehearsal that
 * fails costs accuracy, which every point measures for itself.
 */
export async function rehearse(): Promise<void> {
  startAnew()
  try {
    await rehearseStreams()
    await rehearseShortReplies()
  } catch {
    // The next point runs without.
  }
}

async function rehearseStreams(): Promise<void> {
  await using server = await startRehearsalServer(rehearsalReplies.streams)
  await using canary = await startRehearsalServer(rehearsalReplies.canary)
  const plan = received(rehearsalPlan(server.url, canary.url, 120))
  await recordLoad(plan)
  await recordLoad({ ...plan, scenario: openLoop(plan) }, { startWaker: async () => sleepless })
}

async function rehearseShortReplies(): Promise<void> {
  await using server = await startRehearsalServer(rehearsalReplies.short)
  await recordLoad(received(rehearsalPlan(server.url, null, 3000)))
}

/**
 * What V8 takes for granted until it happens once, then compiles everything anew: that no buffer's memory is ever handed
 * on, as when a module is compiled or a block goes to another thread.
 */
function startAnew(): void {
  const buffer = new ArrayBuffer(1)
  structuredClone(buffer, { transfer: [buffer] })
}

/** As a plan comes from another process: its objects are laid out otherwise than those that are written down here. */
function received(plan: LoadPlan): LoadPlan {
  return deserialize(serialize(plan)) as LoadPlan
}

/** A closed loop against a server that answers at `url`. */
export function rehearsalPlan(url: string, canary: string | null, requests: number): LoadPlan {
  return {
    endpoints: [{ url }],
    threads: 1,
    balance: 'round-robin',
    retries: 0,
    method: 'POST',
    wire: { transport: 'http', framing: 'sse' },
    decoder: { module: openAiDecoderModule, options: { route: 'completions', stream: true } },
    success: openAiSuccess,
    scenario: { kind: 'closedLoop', clients, staggerSeconds: 0, warmup: { ...noWarmup, rounds: 1, maxRounds: 1 } },
    warmup: Array.from({ length: clients }, (_, index) => request(index)),
    requests: Array.from({ length: requests }, (_, index) => request(index)),
    limits: { connect: 5, firstByte: 5, idle: 5, total: 5 },
    ca: [],
    seed: 1,
    saveText: true,
    stop: { durationSeconds: 5, drainSeconds: 1, errorRate: null, saturation: false },
    canary: canary === null ? null : { url: canary, request: request(0) },
  }
}

function openLoop({ requests }: LoadPlan): Scenario {
  return {
    kind: 'openLoop',
    seconds: Float64Array.from(requests, (_, index) => index / 1e5),
    stage: new Int32Array(requests.length),
    peakRate: 1,
    steadyFrom: 0,
    cap: null,
    spin: true,
    warmup: noWarmup,
    warmupClients: clients,
  }
}

function request(index: number): PlannedRequest {
  return {
    item: index,
    path: '/v1/completions',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    requestId: String(index),
    askedPromptTokens: 1,
    askedOutputTokens: 1,
    session: null,
    turn: null,
  }
}
