import { z } from 'zod'
import type {
  Backend,
  Carried,
  Decoder,
  DecoderOptions,
  FramedEvent,
  Launch,
  LaunchContext,
  Probe,
  ProbeHttp,
  Target,
  Turn,
  WireRequest,
} from './backend.ts'
import { llamaServerCounters } from './counters/llama-server.ts'
import { parseEvent, type Filling } from './families/event-json.ts'
import { count, firstObject, nonEmptyString, type Json } from './families/json.ts'
import { firstPort, flag, refuseTensorParallel } from './families/launch-flags.ts'
import { takeKey } from './families/launch-key.ts'
import { probeWithModelList } from './families/native-probe.ts'
import { jsonRequest, withExtra } from './families/native-request.ts'
import { createDecoder as createOpenAiDecoder } from './families/openai-decoder.ts'
import { errorText } from './families/openai-error.ts'
import { openAiRequestUnderRoot, probeOpenAiUnderRoot } from './families/openai-under-root.ts'

const positive = z.int().positive()
const params = z.strictObject({
  /** Requests that run at once; the most that the points hold, up to 16, when not given. */
  slots: positive.optional(),
  /** Longest prompt + output of one request; what the points need when not given. */
  contextLength: positive.optional(),
  threads: positive.optional(),
  /** Layers on the GPU; all when not given. */
  gpuLayers: z.int().min(0).default(999),
  /** Tokens that are computed at once, at most the batch size. */
  physicalBatchSize: positive.optional(),
  splitMode: z.enum(['none', 'layer', 'row']).optional(),
  cacheTypeK: z.string().optional(),
  cacheTypeV: z.string().optional(),
})

/** Each slot reserves its whole context in memory. */
const mostSlots = 16
/** Room for the start-of-text token, a chat template and the probe's own question. */
const spareTokens = 64

async function launch(context: LaunchContext): Promise<Launch> {
  const { model, parameters } = context
  refuseTensorParallel('llama-server', context)
  const own = params.parse(parameters.own)
  const port = firstPort('llama-server', context)
  const key = takeKey(parameters.serverArgs, 'LLAMA_API_KEY')
  const slots = own.slots ?? Math.min(Math.max(1, context.maxConcurrency), mostSlots)
  const contextLength = own.contextLength ?? context.maxTotalTokens + spareTokens
  const isFile = /\.gguf$/i.test(model)
  return {
    argv: [
      'llama-server',
      ...(isFile ? ['--model', model] : ['--hf-repo', model]),
      '--alias',
      model,
      '--host',
      '127.0.0.1',
      ...flag('--port', port),
      // The context is divided among the slots.
      ...flag('--ctx-size', contextLength * slots),
      ...flag('--parallel', slots),
      ...flag('--batch-size', parameters.maxRaggedBatchSize),
      ...flag('--ubatch-size', own.physicalBatchSize),
      ...flag('--threads', own.threads),
      ...flag('--n-gpu-layers', own.gpuLayers),
      ...flag('--split-mode', own.splitMode),
      ...flag('--cache-type-k', own.cacheTypeK),
      ...flag('--cache-type-v', own.cacheTypeV),
      '--no-webui',
      '--metrics',
      '--slots',
      ...key.args,
    ],
    env: { ...key.env, ...parameters.env },
    headers: key.headers,
    endpoints: [{ url: `http://127.0.0.1:${port}` }],
    readiness: { url: `http://127.0.0.1:${port}/health`, timeoutSeconds: 1800 },
    stop: { signal: 'SIGTERM', graceSeconds: 10 },
    missing: 'llama.cpp with its llama-server: https://github.com/ggml-org/llama.cpp/releases',
  }
}

function request(turn: Turn, target: Target, probe: Probe): WireRequest {
  if (target.route === 'chat') {
    return openAiRequestUnderRoot(turn, target, probe, (body) => ({ ...body, cache_prompt: false }))
  }
  const body = {
    prompt: turn.prompt,
    n_predict: turn.outputTokens,
    ignore_eos: true,
    temperature: target.sampling.temperature,
    top_p: target.sampling.topP,
    // Else llama.cpp's own limits apply, which other servers have not.
    top_k: 0,
    min_p: 0,
    seed: target.sampling.seed,
    cache_prompt: false,
    return_tokens: true,
    stream: target.stream,
  }
  return jsonRequest('/completion', withExtra(body, target.extraBody), turn, target)
}

const finishReasons: Readonly<Record<string, string>> = { limit: 'length', eos: 'eos', word: 'stop' }

/** Reads /completion. Its end mark is an event with `"stop":true`; there is no `[DONE]`. */
class LlamaServerDecoder implements Decoder {
  #counted = 0

  decode({ data }: FramedEvent): Carried {
    const trimmed = data.trim()
    if (trimmed === '') return {}
    if (trimmed === '[DONE]') return { end: true }
    const payload = parseEvent(trimmed)
    const error = errorText(payload)
    if (error !== null) return { error }
    if (typeof payload['content'] !== 'string') throw new Error('an event without content')
    const carried: Filling = {}
    if (payload['content'] !== '') carried.text = payload['content']
    const tokens = this.#tokens(payload)
    if (tokens !== null && (tokens > 0 || payload['stop'] !== true)) carried.tokens = tokens
    if (payload['stop'] === true) enterEnd(payload, carried)
    return carried
  }

  /** The running count knows tokens that brought no text yet; the event's ids only those sent with it. */
  #tokens(payload: Json): number | null {
    const total = count(payload['tokens_predicted'])
    if (total !== null) {
      const tokens = Math.max(0, total - this.#counted)
      this.#counted = Math.max(this.#counted, total)
      return tokens
    }
    const ids = payload['tokens']
    return Array.isArray(ids) && ids.length > 0 ? ids.length : null
  }
}

function enterEnd(payload: Json, carried: Filling): void {
  carried.end = true
  const timings = firstObject(payload['timings'])
  carried.usage = {
    promptTokens: count(payload['tokens_evaluated']),
    outputTokens: count(payload['tokens_predicted']),
    // `tokens_cached` is all that the slot holds, not what was found there.
    cachedTokens: count(timings?.['cache_n']),
    reasoningTokens: null,
  }
  if (timings) carried.timings = JSON.stringify(timings)
  const model = nonEmptyString(payload['model'])
  if (model !== null) carried.model = model
  const finish = finishReasons[stopType(payload) ?? '']
  if (finish !== undefined) carried.finishReason = finish
}

/** Older builds have a flag for each kind of end. */
function stopType(payload: Json): string | null {
  const older = ['limit', 'eos', 'word'].find((kind) => payload[`stopped_${kind}`] === true)
  return nonEmptyString(payload['stop_type']) ?? older ?? null
}

export function createDecoder(options: DecoderOptions): Decoder {
  return options.route === 'chat' ? createOpenAiDecoder(options) : new LlamaServerDecoder()
}

async function probe(http: ProbeHttp, target: Target, signal: AbortSignal): Promise<Probe> {
  if (target.route === 'chat') return await probeOpenAiUnderRoot(http, target, signal)
  return await probeWithModelList(http, target, signal, {
    protocol: "llama-server's protocol",
    framing: target.stream ? 'sse' : 'json',
    request,
    createDecoder: () => new LlamaServerDecoder(),
    forcesLength: true,
    seed: true,
  })
}

/** llama.cpp's own server on its route /completion; chats on OpenAI's. */
export const llamaServer: Backend = {
  id: 'llama-server',
  label: 'llama-server',
  style: { color: '#2aa5b8', marker: '>' },
  params,
  dimensions: ['bs'],
  baseUrl: 'root',
  launch,
  probe,
  request,
  wire: (target) => ({ transport: 'http', framing: target.stream ? 'sse' : 'json' }),
  decoderModule: import.meta.url,
  success: { finishReasons: ['length', 'eos', 'stop', 'tool_calls'], endMarkSuffices: false },
  counters: [llamaServerCounters],
  promises: { exactOutputLength: true, cacheOff: true, serverCounts: true },
}
