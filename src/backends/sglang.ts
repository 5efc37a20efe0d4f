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
import { sglangCounters } from './counters/sglang.ts'
import type { Asker } from './families/asker.ts'
import { CumulativeText } from './families/cumulative-text.ts'
import { parseEvent, type Filling } from './families/event-json.ts'
import { count, firstObject, isObject, nonEmptyString, type Json } from './families/json.ts'
import { firstPort, flag } from './families/launch-flags.ts'
import { takeKey } from './families/launch-key.ts'
import { probeWithModelList, type NativeRoute } from './families/native-probe.ts'
import { jsonRequest, withExtra } from './families/native-request.ts'
import { createDecoder as createOpenAiDecoder } from './families/openai-decoder.ts'
import { errorText } from './families/openai-error.ts'
import { openAiRequestUnderRoot, probeOpenAiUnderRoot } from './families/openai-under-root.ts'

const positive = z.int().positive()
const params = z.strictObject({
  maxRunningRequests: positive.optional(),
  maxTotalTokens: positive.optional(),
  /** Longest prompt + output; the model's own when not given. */
  contextLength: positive.optional(),
  memFractionStatic: z.number().gt(0).max(1).optional(),
  quantization: z.string().optional(),
  dtype: z.string().optional(),
  /** `dummy`: random weights, no download of the model's. */
  loadFormat: z.string().optional(),
  device: z.string().optional(),
  /** Each chunk brings its own text instead of all so far. */
  incrementalStreamingOutput: z.boolean().default(false),
  /** SGLang caches prefixes by default; a benchmark does not, unless told. */
  enableRadixCache: z.boolean().default(false),
})

async function launch(context: LaunchContext): Promise<Launch> {
  const { model, parameters } = context
  const own = params.parse(parameters.own)
  const port = firstPort('sglang', context)
  const key = takeKey(parameters.serverArgs, null)
  return {
    argv: [
      'python3',
      '-m',
      'sglang.launch_server',
      '--model-path',
      model,
      '--host',
      '127.0.0.1',
      ...flag('--port', port),
      ...flag('--tp', parameters.tensorParallel),
      ...flag('--chunked-prefill-size', parameters.maxRaggedBatchSize),
      ...flag('--max-running-requests', own.maxRunningRequests),
      ...flag('--max-total-tokens', own.maxTotalTokens),
      ...flag('--context-length', own.contextLength),
      ...flag('--mem-fraction-static', own.memFractionStatic),
      ...flag('--quantization', own.quantization),
      ...flag('--dtype', own.dtype),
      ...flag('--load-format', own.loadFormat),
      ...flag('--device', own.device),
      ...(own.incrementalStreamingOutput ? ['--incremental-streaming-output'] : []),
      ...(own.enableRadixCache ? [] : ['--disable-radix-cache']),
      '--enable-metrics',
      '--log-level-http',
      'warning',
      ...key.args,
    ],
    env: { ...key.env, ...parameters.env },
    headers: key.headers,
    endpoints: [{ url: `http://127.0.0.1:${port}` }],
    readiness: { url: `http://127.0.0.1:${port}/health`, timeoutSeconds: 1800 },
    // It finishes what is in flight before it ends.
    stop: { signal: 'SIGTERM', graceSeconds: 30 },
    missing: 'Python 3 with SGLang: pip install "sglang[all]"',
  }
}

function request(turn: Turn, target: Target, probe: Probe): WireRequest {
  if (target.route === 'chat') return openAiRequestUnderRoot(turn, target, probe)
  const body = {
    rid: turn.requestId,
    text: turn.prompt,
    sampling_params: {
      max_new_tokens: turn.outputTokens,
      min_new_tokens: turn.outputTokens,
      ignore_eos: true,
      temperature: target.sampling.temperature,
      top_p: target.sampling.topP,
      // Else a model's own sampling defaults apply.
      top_k: -1,
      min_p: 0,
    },
    stream: target.stream,
  }
  return jsonRequest('/generate', withExtra(body, target.extraBody), turn, target)
}

/** Reads /generate: events with cumulative or incremental text, or one document. */
class SglangDecoder implements Decoder {
  readonly #text = new CumulativeText()
  #counted = 0
  #id: string | null = null

  decode({ data }: FramedEvent): Carried {
    const trimmed = data.trim()
    if (trimmed === '') return {}
    if (trimmed === '[DONE]') return { end: true }
    const payload = parseEvent(trimmed)
    const error = errorText(payload)
    if (error !== null) return { error }
    const meta = firstObject(payload['meta_info'])
    if (meta === null) throw new Error('an event without meta_info')
    const carried: Filling = {}
    const total = count(meta['completion_tokens'])
    const text = this.#newText(payload, total)
    if (text !== '') carried.text = text
    if (total !== null) {
      carried.tokens = Math.max(0, total - this.#counted)
      this.#counted = Math.max(this.#counted, total)
    }
    carried.usage = {
      promptTokens: count(meta['prompt_tokens']),
      outputTokens: total,
      cachedTokens: count(meta['cached_tokens']),
      reasoningTokens: count(meta['reasoning_tokens']),
    }
    const id = nonEmptyString(meta['id'])
    if (id !== null && id !== this.#id) carried.requestId = this.#id = id
    enterFinish(meta['finish_reason'], carried)
    if (carried.finishReason !== undefined) carried.timings = timingsOf(meta)
    return carried
  }

  /** Ids tell the two ways of streaming apart: of all tokens, or only of the new ones. */
  #newText(payload: Json, total: number | null): string {
    const text = typeof payload['text'] === 'string' ? payload['text'] : ''
    const ids = payload['output_ids']
    const incremental = this.#counted > 0 && total !== null && Array.isArray(ids) && ids.length < total
    return incremental ? text : this.#text.next(text)
  }
}

/** `{"type":"length","length":5}`; an abort tells its reason. */
function enterFinish(finish: unknown, carried: Filling): void {
  const type = isObject(finish) ? finish['type'] : finish
  if (typeof type !== 'string' || type === '') return
  if (type === 'abort' && isObject(finish) && typeof finish['message'] === 'string') carried.error = finish['message']
  carried.finishReason = type
}

function timingsOf(meta: Json): string {
  const names = ['queue_time', 'first_token_latency', 'e2e_latency', 'decode_throughput', 'num_retractions']
  return JSON.stringify(Object.fromEntries(names.flatMap((name) => (name in meta ? [[name, meta[name]]] : []))))
}

export function createDecoder(options: DecoderOptions): Decoder {
  return options.route === 'chat' ? createOpenAiDecoder(options) : new SglangDecoder()
}

/** A prefix cache that is on is worth a line: it may only be seen in the counts of cached tokens. */
async function cacheNote(asker: Asker): Promise<readonly string[]> {
  const info = await asker.get(`${asker.baseUrl}/server_info`).catch(() => null)
  const settings = isObject(info?.json) ? info.json : {}
  return settings['disable_radix_cache'] === false ? ["the server's prefix cache is on (no --disable-radix-cache)"] : []
}

async function probe(http: ProbeHttp, target: Target, signal: AbortSignal): Promise<Probe> {
  if (target.route === 'chat') return await probeOpenAiUnderRoot(http, target, signal)
  const route: NativeRoute = {
    protocol: "SGLang's protocol",
    framing: target.stream ? 'sse' : 'json',
    request,
    createDecoder: () => new SglangDecoder(),
    forcesLength: true,
    seed: false,
  }
  return await probeWithModelList(http, target, signal, route, cacheNote)
}

/** SGLang on its own route /generate; chats on OpenAI's. */
export const sglang: Backend = {
  id: 'sglang',
  label: 'SGLang',
  style: { color: '#c2559b', marker: '^' },
  params,
  dimensions: ['tp', 'bs', 'replicas'],
  baseUrl: 'root',
  launch,
  probe,
  request,
  wire: (target) => ({ transport: 'http', framing: target.stream ? 'sse' : 'json' }),
  decoderModule: import.meta.url,
  success: { finishReasons: ['length', 'stop', 'tool_calls'], endMarkSuffices: false },
  counters: [sglangCounters],
  promises: { exactOutputLength: true, cacheOff: true, serverCounts: true },
  reset: {
    needed: (own) => params.parse(own).enableRadixCache,
    run: async (http, target) => {
      for (const { url } of target.endpoints) {
        const { status } = await http.post(`${url}/flush_cache`, {})
        if (status !== 200) return `sglang: ${status} from /flush_cache: the prefix cache was not emptied`
      }
      return null
    },
  },
}
