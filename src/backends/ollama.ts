import { z } from 'zod'
import { UserError } from '../errors.ts'
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
import { createAsker, type Asker } from './families/asker.ts'
import { parseEvent, type Filling } from './families/event-json.ts'
import { count, firstObject, isObject, nonEmptyString, type Json } from './families/json.ts'
import { firstPort, refuseTensorParallel } from './families/launch-flags.ts'
import { sampleNative, type NativeFacts, type NativeRoute } from './families/native-probe.ts'
import { jsonRequest, withExtra } from './families/native-request.ts'
import { statusFailure } from './families/openai-failure.ts'
import { modelName } from './families/openai-models.ts'

const positive = z.int().positive()
const params = z.strictObject({
  /** Requests that run at once; the most that the points hold, up to 16, when not given. */
  numParallel: positive.optional(),
  /** Longest prompt + output of one request; what the points need when not given. */
  contextLength: positive.optional(),
  kvCacheType: z.string().optional(),
  /** Folder of the models. */
  models: z.string().optional(),
})

/** Each slot reserves its whole context in memory. */
const mostSlots = 16
/** Room for the start-of-text token, a chat template and the probe's own question. */
const spareTokens = 64

async function launch(context: LaunchContext): Promise<Launch> {
  const { parameters } = context
  refuseTensorParallel('ollama', context)
  const own = params.parse(parameters.own)
  const port = firstPort('ollama', context)
  const slots = own.numParallel ?? Math.min(Math.max(1, context.maxConcurrency), mostSlots)
  return {
    argv: ['ollama', 'serve', ...parameters.serverArgs],
    env: {
      OLLAMA_HOST: `127.0.0.1:${port}`,
      OLLAMA_NUM_PARALLEL: String(slots),
      OLLAMA_MAX_QUEUE: String(Math.max(512, 2 * context.maxConcurrency)),
      OLLAMA_CONTEXT_LENGTH: String(own.contextLength ?? context.maxTotalTokens + spareTokens),
      OLLAMA_KEEP_ALIVE: '-1',
      ...(own.kvCacheType !== undefined && { OLLAMA_KV_CACHE_TYPE: own.kvCacheType }),
      ...(own.models !== undefined && { OLLAMA_MODELS: own.models }),
      ...parameters.env,
    },
    endpoints: [{ url: `http://127.0.0.1:${port}` }],
    readiness: { url: `http://127.0.0.1:${port}/`, timeoutSeconds: 60 },
    // A kill would orphan the process that holds the model.
    stop: { signal: 'SIGTERM', graceSeconds: 20 },
    missing: 'Ollama: https://ollama.com/download',
  }
}

function request(turn: Turn, target: Target, probe: Probe): WireRequest {
  const input =
    target.route === 'chat'
      ? { messages: turn.messages ?? [{ role: 'user', content: turn.prompt }] }
      : // The model's template stays out of it.
        { prompt: turn.prompt, raw: true }
  const body = {
    model: probe.model,
    ...input,
    stream: target.stream,
    keep_alive: -1,
    options: {
      num_predict: turn.outputTokens,
      temperature: target.sampling.temperature,
      top_p: target.sampling.topP,
      // Else Ollama's own limits apply, which other servers have not.
      top_k: 0,
      min_p: 0,
      repeat_penalty: 1,
      seed: target.sampling.seed,
    },
  }
  const path = target.route === 'chat' ? '/api/chat' : '/api/generate'
  return jsonRequest(path, withExtra(body, target.extraBody), turn, target)
}

/** Reads /api/generate and /api/chat: a JSON object a line, the last with `"done":true`; durations are nanoseconds. */
class OllamaDecoder implements Decoder {
  readonly #stream: boolean
  #model: string | null = null

  constructor(options: DecoderOptions) {
    this.#stream = options.stream
  }

  decode({ data }: FramedEvent): Carried {
    if (data.trim() === '') return {}
    const payload = parseEvent(data)
    if (payload['error'] !== undefined) return { error: errorOf(payload['error']) }
    if (typeof payload['done'] !== 'boolean') throw new Error('a line without "done"')
    const carried: Filling = {}
    const message = firstObject(payload['message'])
    const text = nonEmptyString(payload['response']) ?? nonEmptyString(message?.['content'])
    if (text !== null) carried.text = text
    const thinking = nonEmptyString(payload['thinking']) ?? nonEmptyString(message?.['thinking'])
    if (thinking !== null) carried.reasoning = thinking
    const calls = message?.['tool_calls']
    if (Array.isArray(calls) && calls.length > 0) carried.toolCall = JSON.stringify(calls)
    const model = nonEmptyString(payload['model'])
    if (model !== null && model !== this.#model) carried.model = this.#model = model
    if (payload['done']) enterEnd(payload, carried)
    const whole = this.#stream ? null : (carried.usage?.outputTokens ?? null)
    return whole === null ? carried : { ...carried, tokens: whole }
  }
}

function errorOf(error: unknown): string {
  return typeof error === 'string' && error !== '' ? error : JSON.stringify(error)
}

function enterEnd(payload: Json, carried: Filling): void {
  carried.end = true
  const reason = nonEmptyString(payload['done_reason'])
  if (reason !== null) carried.finishReason = reason
  carried.usage = {
    promptTokens: count(payload['prompt_eval_count']),
    outputTokens: count(payload['eval_count']),
    cachedTokens: null,
    reasoningTokens: null,
  }
  const names = ['total_duration', 'load_duration', 'prompt_eval_duration', 'eval_duration']
  const timings = names.flatMap((name) => (name in payload ? [[name, payload[name]] as const] : []))
  if (timings.length > 0) carried.timings = JSON.stringify(Object.fromEntries(timings))
}

export function createDecoder(options: DecoderOptions): Decoder {
  return new OllamaDecoder(options)
}

async function probe(http: ProbeHttp, target: Target, signal: AbortSignal): Promise<Probe> {
  const asker = createAsker(http, target, signal)
  const { model, entry } = await findModel(asker, target)
  const version = await asker.get(`${asker.baseUrl}/api/version`).catch(() => null)
  const facts: NativeFacts = {
    model,
    version: isObject(version?.json) ? nonEmptyString(version.json['version']) : null,
    maxModelLength: null,
    tokenizeUrl: null,
    identity: { model: { digest: entry['digest'] ?? null, size: entry['size'] ?? null, ...detailsOf(entry) } },
    notes: [
      'Ollama keeps prompts in a cache that cannot be switched off: only prompts with new beginnings are computed in full',
    ],
  }
  const route: NativeRoute = {
    protocol: "Ollama's protocol",
    framing: target.stream ? 'ndjson' : 'json',
    request,
    createDecoder: () => new OllamaDecoder(target),
    forcesLength: false,
    seed: true,
  }
  // The model loads with the first request; only then is its context known.
  const sample = await sampleNative(asker, target, route, facts)
  const maxModelLength = await loadedContext(asker, model)
  if (maxModelLength === null) return sample
  return { ...sample, maxModelLength, notes: sample.notes.filter((note) => !note.includes('its context length')) }
}

async function findModel(asker: Asker, target: Target): Promise<{ model: string; entry: Json }> {
  const response = await asker.get(`${asker.baseUrl}/api/tags`)
  if (response.status !== 200) throw statusFailure(target, asker.pathOf('/api/tags'), response)
  const list = isObject(response.json) ? response.json['models'] : null
  if (!Array.isArray(list))
    throw new UserError('ollama: /api/tags gives no list of models. Is it Ollama? Check --base-url')
  const entries = list.filter(isObject)
  const names = entries.map((entry) =>
    modelName(target, asker.pathOf('/api/tags'), nonEmptyString(entry['name']) ?? ''),
  )
  const asked = target.model
  const found =
    asked === null
      ? entries.length === 1
        ? 0
        : -1
      : names.findIndex((name) => name === asked || name === `${asked}:latest`)
  const entry = entries[found]
  if (entry !== undefined) return { model: names[found] ?? '', entry }
  const has = names.length === 0 ? 'It has none' : `It has: ${names.slice(0, 5).join(', ')}`
  if (asked === null) throw new UserError(`ollama: which model? ${has}. Name one: --model NAME`)
  throw new UserError(`ollama: there is no model "${asked}". ${has}. Get it: ollama pull ${asked}`)
}

function detailsOf(entry: Json): Json {
  const details = firstObject(entry['details'])
  return {
    parameter_size: details?.['parameter_size'] ?? null,
    quantization_level: details?.['quantization_level'] ?? null,
  }
}

async function loadedContext(asker: Asker, model: string): Promise<number | null> {
  const response = await asker.get(`${asker.baseUrl}/api/ps`).catch(() => null)
  const list = isObject(response?.json) ? response.json['models'] : null
  const loaded = Array.isArray(list) ? list.filter(isObject).find((entry) => entry['name'] === model) : null
  return count(loaded?.['context_length'])
}

/** Ollama on its own routes. */
export const ollama: Backend = {
  id: 'ollama',
  label: 'Ollama',
  style: { color: '#6b7280', marker: 'D' },
  params,
  dimensions: [],
  baseUrl: 'root',
  launch,
  probe,
  request,
  wire: (target) => ({ transport: 'http', framing: target.stream ? 'ndjson' : 'json' }),
  decoderModule: import.meta.url,
  success: { finishReasons: ['stop', 'length'], endMarkSuffices: false },
  promises: { exactOutputLength: false, cacheOff: false, serverCounts: true },
}
