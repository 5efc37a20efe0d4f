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
import { tgiCounters } from './counters/tgi.ts'
import { createAsker } from './families/asker.ts'
import { parseEvent, type Filling } from './families/event-json.ts'
import { count, firstObject, isObject, nonEmptyString, type Json } from './families/json.ts'
import { firstPort, flag } from './families/launch-flags.ts'
import { takeKey } from './families/launch-key.ts'
import { sampleNative } from './families/native-probe.ts'
import { jsonRequest, withExtra } from './families/native-request.ts'
import { createDecoder as createOpenAiDecoder } from './families/openai-decoder.ts'
import { errorText } from './families/openai-error.ts'
import { statusFailure } from './families/openai-failure.ts'
import { modelName } from './families/openai-models.ts'
import { openAiRequestUnderRoot, probeOpenAiUnderRoot } from './families/openai-under-root.ts'
import type { ShapeBody } from './families/openai-wire.ts'

const positive = z.int().positive()
const params = z.strictObject({
  /** Longest prompt; the version's own choice when not given. */
  maxInputTokens: positive.optional(),
  /** Longest prompt + output; the version's own choice, by model and memory, when not given. */
  maxTotalTokens: positive.optional(),
  maxBatchPrefillTokens: positive.optional(),
  maxBatchTotalTokens: positive.optional(),
  maxConcurrentRequests: positive.optional(),
  quantize: z.string().optional(),
  dtype: z.string().optional(),
})

const standardConcurrency = 128

async function launch(context: LaunchContext): Promise<Launch> {
  const { model, parameters } = context
  const own = params.parse(parameters.own)
  const port = firstPort('tgi', context)
  const key = takeKey(parameters.serverArgs, 'API_KEY')
  return {
    argv: [
      'text-generation-launcher',
      '--model-id',
      model,
      '--hostname',
      '127.0.0.1',
      ...flag('--port', port),
      ...flag('--num-shard', parameters.tensorParallel),
      // More clients than that get 429.
      ...flag(
        '--max-concurrent-requests',
        own.maxConcurrentRequests ?? Math.max(standardConcurrency, 2 * context.maxConcurrency),
      ),
      ...flag('--max-input-tokens', own.maxInputTokens),
      ...flag('--max-total-tokens', own.maxTotalTokens),
      ...flag('--max-batch-prefill-tokens', own.maxBatchPrefillTokens),
      ...flag('--max-batch-total-tokens', own.maxBatchTotalTokens),
      ...flag('--quantize', own.quantize),
      ...flag('--dtype', own.dtype),
      ...key.args,
    ],
    // Versions 2.3 want both.
    env: { PREFIX_CACHING: '0', USE_PREFIX_CACHING: '0', ...key.env, ...parameters.env },
    headers: key.headers,
    endpoints: [{ url: `http://127.0.0.1:${port}` }],
    readiness: { url: `http://127.0.0.1:${port}/health`, timeoutSeconds: 1800 },
    // The launcher tells router and shards, which are in process groups of their own, and waits for what is in flight.
    stop: { signal: 'SIGTERM', graceSeconds: 100 },
    missing: 'text-generation-inference: https://github.com/huggingface/text-generation-inference',
  }
}

/** Any other model's name on the OpenAI routes is taken for an adapter's. */
const asTgi: ShapeBody = (body) => ({ ...body, model: 'tgi' })

function request(turn: Turn, target: Target, probe: Probe): WireRequest {
  if (target.route === 'chat') return openAiRequestUnderRoot(turn, target, probe, asTgi)
  const { temperature, topP, seed } = target.sampling
  const greedy = temperature === 0
  const body = {
    inputs: turn.prompt,
    parameters: {
      max_new_tokens: turn.outputTokens,
      do_sample: !greedy,
      // Zero, and a share of one, are refused.
      ...(!greedy && { temperature }),
      ...(!greedy && topP < 1 && { top_p: topP }),
      seed,
      details: true,
    },
  }
  const path = target.stream ? '/generate_stream' : '/generate'
  return jsonRequest(path, withExtra(body, target.extraBody), turn, target)
}

/** Reads /generate_stream, where an event is a token, and the one document of /generate. */
class TgiDecoder implements Decoder {
  decode({ data }: FramedEvent): Carried {
    const trimmed = data.trim()
    if (trimmed === '') return {}
    const payload = parseEvent(trimmed)
    const error = errorText(payload)
    if (error !== null) return { error }
    const token = firstObject(payload['token'])
    const details = firstObject(payload['details'])
    const whole = typeof payload['generated_text'] === 'string' ? payload['generated_text'] : null
    if (token === null && whole === null) throw new Error('neither a token nor a text')
    const carried: Filling = {}
    if (token === null) {
      const tokens = count(details?.['generated_tokens'])
      if (tokens !== null) carried.tokens = tokens
      if (whole) carried.text = whole
    } else {
      carried.tokens = 1
      // A special token is none of the answer's text.
      const text = token['special'] === true ? null : nonEmptyString(token['text'])
      if (text !== null) carried.text = text
    }
    if (whole !== null) enterEnd(details, carried)
    return carried
  }
}

function enterEnd(details: Json | null, carried: Filling): void {
  carried.end = true
  const reason = nonEmptyString(details?.['finish_reason'])
  if (reason !== null) carried.finishReason = reason
  if (details === null) return
  const prefill = details['prefill']
  const prefilled = Array.isArray(prefill) && prefill.length > 0 ? prefill.length : null
  carried.usage = {
    promptTokens: count(details['input_length']) ?? prefilled,
    outputTokens: count(details['generated_tokens']),
    cachedTokens: null,
    reasoningTokens: null,
  }
}

export function createDecoder(options: DecoderOptions): Decoder {
  return options.route === 'chat' ? createOpenAiDecoder(options) : new TgiDecoder()
}

async function probe(http: ProbeHttp, target: Target, signal: AbortSignal): Promise<Probe> {
  const asker = createAsker(http, target, signal)
  const response = await asker.get(`${asker.baseUrl}/info`)
  if (response.status !== 200) throw statusFailure(target, asker.pathOf('/info'), response)
  const info = isObject(response.json) ? response.json : null
  const served = nonEmptyString(info?.['model_id'])
  if (info === null || served === null) throw new UserError('tgi: /info names no model. Is it TGI? Check --base-url')
  modelName(target, asker.pathOf('/info'), served)
  if (target.model !== null && target.model !== served) {
    throw new UserError(
      `tgi: the server has no model "${target.model}". It has: ${served}. Use --model, or leave it out`,
    )
  }
  if (target.route === 'chat') {
    const chat = await probeOpenAiUnderRoot(http, target, signal, { shape: asTgi })
    return { ...chat, model: served }
  }
  return await sampleNative(
    asker,
    target,
    {
      protocol: "TGI's protocol",
      framing: target.stream ? 'sse' : 'json',
      request,
      createDecoder: () => new TgiDecoder(),
      forcesLength: false,
      seed: true,
    },
    {
      model: served,
      version: nonEmptyString(info['version']),
      maxModelLength: count(info['max_total_tokens']),
      tokenizeUrl: null,
      identity: { info: identityOf(info) },
      notes: [],
    },
  )
}

const identityKeys = [
  'model_id',
  'model_sha',
  'model_dtype',
  'model_device_type',
  'version',
  'sha',
  'max_input_tokens',
  'max_total_tokens',
  'max_concurrent_requests',
]
function identityOf(info: Json): Json {
  return Object.fromEntries(identityKeys.flatMap((key) => (key in info ? [[key, info[key]]] : [])))
}

/** Hugging Face's text-generation-inference on its own routes; chats on OpenAI's. */
export const tgi: Backend = {
  id: 'tgi',
  label: 'TGI',
  style: { color: '#b8860b', marker: 'v' },
  params,
  dimensions: ['tp'],
  baseUrl: 'root',
  launch,
  probe,
  request,
  wire: (target) => ({ transport: 'http', framing: target.stream ? 'sse' : 'json' }),
  decoderModule: import.meta.url,
  success: { finishReasons: ['length', 'eos_token', 'stop_sequence', 'stop', 'tool_calls'], endMarkSuffices: false },
  counters: [tgiCounters],
  promises: { exactOutputLength: false, cacheOff: true, serverCounts: true },
}
