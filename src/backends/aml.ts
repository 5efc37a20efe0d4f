import { z } from 'zod'
import { UserError } from '../errors.ts'
import type {
  Backend,
  Carried,
  Decoder,
  DecoderOptions,
  FramedEvent,
  Probe,
  ProbeHttp,
  ProbeResponse,
  Target,
  Turn,
  WireRequest,
} from './backend.ts'
import { createAsker } from './families/asker.ts'
import { excerpt } from './families/event-json.ts'
import { isObject, nonEmptyString } from './families/json.ts'
import { sampleNative } from './families/native-probe.ts'
import { jsonRequest, withExtra } from './families/native-request.ts'
import { errorText } from './families/openai-error.ts'
import { serverSaid } from './families/openai-failure.ts'

const params = z.strictObject({
  /** Pins a deployment, past the endpoint's traffic split. */
  deploymentName: z.string().min(1).optional(),
  /** Which body the scoring script takes: `{"input_data":{"input_string":[p]}}`, `{"input_data":[p]}`, `{"inputs":p}`. */
  body: z.enum(['input_string', 'input_data', 'inputs']).default('input_string'),
  /** Path of the scoring route under the base url. */
  path: z.string().startsWith('/').default('/score'),
})

/** The longest client request id that Azure takes. */
const longestId = 40

function request(turn: Turn, target: Target): WireRequest {
  const own = params.parse(target.own ?? {})
  const input = target.route === 'chat' ? (turn.messages ?? [{ role: 'user', content: turn.prompt }]) : [turn.prompt]
  const sampling = {
    temperature: target.sampling.temperature,
    top_p: target.sampling.topP,
    return_full_text: false,
    ...(target.stream && { stream: true }),
  }
  const newTokens = { max_new_tokens: turn.outputTokens, ...sampling }
  const bodies = {
    input_string: {
      input_data: { input_string: input, parameters: { max_tokens: turn.outputTokens, ...sampling } },
    },
    input_data: { input_data: input, params: newTokens },
    inputs: { inputs: target.route === 'chat' ? input : turn.prompt, parameters: newTokens },
  }
  return jsonRequest(own.path, withExtra(bodies[own.body], target.extraBody), turn, target, {
    accept: target.stream ? 'text/event-stream' : 'application/json',
    'x-ms-client-request-id': turn.requestId.slice(0, longestId),
    ...(own.deploymentName !== undefined && { 'azureml-model-deployment': own.deploymentName }),
  })
}

/**
 * Reads the one document of a scoring script. Scripts differ: `[{"0":"text"}]`, `{"0":..}`, `{"output":..}`,
 * `[{"generated_text":..}]`, `["text"]`, also encoded twice. An error under status 200 is seen as one.
 */
class AmlDecoder implements Decoder {
  decode({ data }: FramedEvent): Carried {
    const carried = readAnswer(parse(data), data)
    return carried.error === undefined ? { ...carried, end: true } : carried
  }
}

/** Reads a scoring script that streams: each event is a document with a piece of the text, `[DONE]` is the end. */
class AmlStreamDecoder implements Decoder {
  decode({ data }: FramedEvent): Carried {
    const trimmed = data.trim()
    if (trimmed === '') return {}
    if (trimmed === '[DONE]') return { end: true }
    return readAnswer(parse(trimmed), trimmed)
  }
}

function readAnswer(value: unknown, data: string): Carried {
  if (typeof value === 'string') return readAnswer(inner(value), data)
  if (Array.isArray(value)) {
    if (value.length === 0) return { error: 'an empty list instead of an answer' }
    const [first] = value as readonly unknown[]
    return typeof first === 'string' ? { text: first } : readAnswer(first, data)
  }
  if (!isObject(value)) throw new Error(`no answer: ${excerpt(data)}`)
  const error = errorText(value)
  if (error !== null) return { error }
  if (Object.keys(value).length === 0) return { error: 'an empty object instead of an answer (content safety?)' }
  for (const key of ['0', 'output', 'generated_text', 'answer', 'text']) {
    const text = value[key]
    if (typeof text === 'string') return { text }
    if (Array.isArray(text) && typeof text[0] === 'string') return { text: text[0] }
  }
  throw new Error(`no answer: ${excerpt(data)}`)
}

/** A string inside the document is a document of its own; one that is none is nobody's answer. */
function inner(text: string): unknown {
  const value = parse(text)
  if (typeof value === 'string') throw new Error(`no answer: ${excerpt(text)}`)
  return value
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    throw new Error(`not JSON: ${excerpt(data)}`)
  }
}

export function createDecoder({ stream }: Pick<DecoderOptions, 'stream'>): Decoder {
  return stream ? new AmlStreamDecoder() : new AmlDecoder()
}

const meanings: Readonly<Record<number, string>> = {
  404: 'no such endpoint or deployment, or no traffic goes to one',
  408: "the model took longer than the deployment's request_timeout_ms",
  409: 'the deployment is being changed',
  413: 'the request is too large for the endpoint',
  424: "the model's container answered with an error, or its reply is too large",
  429: 'too many requests wait: more than 2 x max_concurrent_requests_per_instance x instances, or a rate limit',
  500: 'the scoring script failed, or the platform did',
  502: 'the scoring script crashed',
  503: 'the deployment has no room for more requests now',
  504: 'the request went past a limit of time',
}

export const amlStatusMeaning = (status: number): string | null => meanings[status] ?? null

/** The container's own status and reason come in headers, where they come at all. */
function refusal(response: ProbeResponse): UserError | null {
  const meaning = amlStatusMeaning(response.status)
  if (meaning === null) return null
  const { headers } = response
  const status = headers['ms-azureml-model-error-statuscode']
  const reason = headers['ms-azureml-model-error-reason']
  const container =
    status === undefined ? '' : `; the container's status: ${[status, reason].filter(Boolean).join(' ')}`
  return new UserError(`aml: ${response.status}${serverSaid(response)}: ${meaning}${container}`)
}

function identify({ headers }: ProbeResponse): Readonly<Record<string, unknown>> {
  return {
    server_version: headers['x-ms-server-version'] ?? null,
    deployment: headers['azureml-model-deployment'] ?? null,
  }
}

const framingOf = ({ stream }: Target) => (stream ? 'sse' : 'json')

async function probe(http: ProbeHttp, target: Target, signal: AbortSignal): Promise<Probe> {
  if (target.model === null) throw new UserError('aml: the endpoint does not tell its model. Name it: --model NAME', 2)
  const facts = { model: target.model, version: null, maxModelLength: null, tokenizeUrl: null, identity: {}, notes: [] }
  const sample = await sampleNative(
    createAsker(http, target, signal),
    target,
    {
      protocol: "a scoring script's answer",
      framing: framingOf(target),
      request,
      createDecoder: () => createDecoder(target),
      forcesLength: false,
      seed: false,
      refusal,
      identify,
    },
    facts,
  )
  return { ...sample, version: nonEmptyString(sample.identity['server_version']) }
}

/** An online endpoint of Azure Machine Learning with a scoring script; never started from here. */
export const aml: Backend = {
  id: 'aml',
  label: 'Azure ML',
  style: { color: 'purple', marker: 'd' },
  params,
  dimensions: [],
  baseUrl: 'root',
  probe,
  request,
  wire: (target) => ({ transport: 'http', framing: framingOf(target) }),
  decoderModule: import.meta.url,
  success: { finishReasons: [], endMarkSuffices: true },
  // Of a stream it is the time to its beginning.
  timingHeader: ({ stream }) => (stream ? undefined : 'x-ms-run-fn-exec-ms'),
  promises: { exactOutputLength: false, cacheOff: false, serverCounts: false },
  statusMeaning: amlStatusMeaning,
}
