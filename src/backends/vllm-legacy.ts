import { z } from 'zod'
import { UserError } from '../errors.ts'
import type {
  Backend,
  Carried,
  Decoder,
  FramedEvent,
  Framing,
  Launch,
  LaunchContext,
  Probe,
  ProbeHttp,
  ProbeResponse,
  Target,
  Turn,
  WireRequest,
} from './backend.ts'
import { createAsker } from './families/asker.ts'
import { CumulativeText } from './families/cumulative-text.ts'
import { parseEvent } from './families/event-json.ts'
import { isObject } from './families/json.ts'
import { firstPort, flag } from './families/launch-flags.ts'
import { sampleNative } from './families/native-probe.ts'
import { jsonRequest, withExtra } from './families/native-request.ts'
import { errorText } from './families/openai-error.ts'
import { serverSaid, statusFailure } from './families/openai-failure.ts'

const positive = z.int().positive()
const params = z.strictObject({
  maxNumSeqs: positive.optional(),
  /** Longest prompt + output; the model's own when not given. */
  maxModelLen: positive.optional(),
  dtype: z.string().optional(),
  quantization: z.string().optional(),
  loadFormat: z.string().optional(),
  gpuMemoryUtilization: z.number().gt(0).max(1).optional(),
  /** Sets the prefix cache on or off; the version's own default when not given, as old versions have no such flag. */
  enablePrefixCaching: z.boolean().optional(),
})

async function launch(context: LaunchContext): Promise<Launch> {
  const { model, parameters } = context
  const own = params.parse(parameters.own)
  const port = firstPort('vllm-legacy', context)
  const cache = { true: ['--enable-prefix-caching'], false: ['--no-enable-prefix-caching'], undefined: [] }
  return {
    argv: [
      'python3',
      '-m',
      'vllm.entrypoints.api_server',
      '--model',
      model,
      '--host',
      '127.0.0.1',
      ...flag('--port', port),
      ...flag('--tensor-parallel-size', parameters.tensorParallel),
      ...flag('--max-num-batched-tokens', parameters.maxRaggedBatchSize),
      // vLLM refuses more sequences than tokens of a step.
      ...flag('--max-num-seqs', own.maxNumSeqs ?? Math.min(256, parameters.maxRaggedBatchSize)),
      ...flag('--max-model-len', own.maxModelLen),
      ...flag('--quantization', own.quantization),
      ...flag('--dtype', own.dtype),
      ...flag('--load-format', own.loadFormat),
      ...flag('--gpu-memory-utilization', own.gpuMemoryUtilization),
      ...cache[`${own.enablePrefixCaching}`],
      ...parameters.serverArgs,
    ],
    env: { VLLM_NO_USAGE_STATS: '1', ...parameters.env },
    endpoints: [{ url: `http://127.0.0.1:${port}` }],
    readiness: { url: `http://127.0.0.1:${port}/health`, timeoutSeconds: 1800 },
    stop: { signal: 'SIGTERM', graceSeconds: 10 },
    missing: 'a vLLM that still has its api_server (before 0.25): pip install "vllm<0.25"',
  }
}

/** Keys that the server does not know end in 500, so only what every version takes. */
function request(turn: Turn, target: Target): WireRequest {
  const body = {
    prompt: turn.prompt,
    n: 1,
    max_tokens: turn.outputTokens,
    ignore_eos: true,
    temperature: target.sampling.temperature,
    top_p: target.sampling.topP,
    stream: target.stream,
  }
  return jsonRequest('/generate', withExtra(body, target.extraBody), turn, target)
}

/**
 * Reads /generate: each event repeats the prompt and all the text so far. There is no finish reason, no count and no
 * end mark: every event may be the last, so each passes for one, and only the connection tells a reply that was cut.
 */
class VllmLegacyDecoder implements Decoder {
  #text: CumulativeText | null = null

  asked(body: string): void {
    const prompt = parseEvent(body)['prompt']
    if (typeof prompt === 'string') this.#text = new CumulativeText(prompt)
  }

  decode({ data }: FramedEvent): Carried {
    if (data.trim() === '') return {}
    const payload = parseEvent(data)
    const error = errorText(payload)
    if (error !== null) return { error }
    const texts: unknown = payload['text']
    const text: unknown = Array.isArray(texts) ? texts[0] : undefined
    if (typeof text !== 'string') throw new Error('an event without text')
    if (this.#text === null) throw new Error('the prompt that the reply repeats is not known')
    const added = this.#text.next(text)
    return { ...(added !== '' && { text: added }), end: true }
  }
}

export function createDecoder(): Decoder {
  return new VllmLegacyDecoder()
}

/** Versions until November 2024 end each event with a zero byte, later ones with a line end. */
function framingOf(text: string): Framing {
  return text.includes('\0') ? 'nul-json' : 'ndjson'
}

async function probe(http: ProbeHttp, target: Target, signal: AbortSignal): Promise<Probe> {
  if (target.route === 'chat') {
    throw new UserError('vllm-legacy: the old server knows no chats. Use --endpoint completions', 2)
  }
  if (target.model === null) {
    throw new UserError('vllm-legacy: the server does not tell its model. Name it: --model NAME', 2)
  }
  const asker = createAsker(http, target, signal)
  const health = await asker.get(`${asker.baseUrl}/health`)
  if (health.status !== 200) throw statusFailure(target, asker.pathOf('/health'), health)
  return await sampleNative(
    asker,
    target,
    {
      protocol: "the old vLLM server's protocol",
      framing: target.stream ? framingOf : 'json',
      request,
      createDecoder: () => new VllmLegacyDecoder(),
      forcesLength: true,
      seed: false,
      refusal: (response) => (response.status === 404 ? notLegacy(response) : null),
    },
    { model: target.model, version: null, maxModelLength: null, tokenizeUrl: null, identity: {}, notes: [] },
  )
}

function notLegacy(response: ProbeResponse): UserError {
  const said = isObject(response.json) ? serverSaid(response) : ''
  return new UserError(
    `vllm-legacy: 404 from /generate${said}. vLLM 0.25 and later have no such route: use the backend vllm`,
  )
}

/** vLLM's first server, `/generate`, of installations before 0.25. */
export const vllmLegacy: Backend = {
  id: 'vllm-legacy',
  label: 'vLLM (api_server)',
  style: { color: '#f4a259', marker: 'diamond' },
  params,
  dimensions: ['tp', 'bs'],
  baseUrl: 'root',
  launch,
  probe,
  request,
  wire: (target) => ({ transport: 'http', framing: target.stream ? 'ndjson' : 'json' }),
  decoderModule: import.meta.url,
  success: { finishReasons: [], endMarkSuffices: true },
  promises: { exactOutputLength: true, cacheOff: false, serverCounts: false },
}
