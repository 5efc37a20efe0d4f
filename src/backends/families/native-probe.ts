import type { UserError } from '../../errors.ts'
import type {
  Capabilities,
  Decoder,
  Framing,
  Probe,
  ProbeHttp,
  ProbeResponse,
  Target,
  Turn,
  WireRequest,
} from '../backend.ts'
import { serverRoot } from '../base-url.ts'
import { createAsker, type Asker } from './asker.ts'
import { statusFailure } from './openai-failure.ts'
import { readIdentity } from './openai-identity.ts'
import { readModelList, resolveModel } from './openai-models.ts'
import { readSampledReply, type SampledReply } from './sampled-reply.ts'

/** What a server with routes of its own told of itself. */
export interface NativeFacts {
  readonly model: string
  readonly version: string | null
  readonly maxModelLength: number | null
  readonly tokenizeUrl: string | null
  readonly identity: Readonly<Record<string, unknown>>
  readonly notes: readonly string[]
}

/** How a backend asks and reads on its own route. */
export interface NativeRoute {
  /** For messages, e.g. `SGLang's protocol`. */
  readonly protocol: string
  /** From the reply's text, where versions differ. */
  readonly framing: Framing | ((text: string) => Framing)
  readonly request: (turn: Turn, target: Target, probe: Probe) => WireRequest
  readonly createDecoder: () => Decoder
  /** The server can be made to give exactly the asked number of tokens. */
  readonly forcesLength: boolean
  readonly seed: boolean
  /** A line for a status other than 200, where this server's has a meaning of its own. */
  readonly refusal?: (response: ProbeResponse) => UserError | null
  /** What the reply's headers tell of the server that lasts. */
  readonly identify?: (response: ProbeResponse) => Readonly<Record<string, unknown>>
}

/** Invites a short answer, so that a length that is not forced is likely to show. */
const prompt = 'Answer with one word. What colour is a clear sky at noon?'
const askedTokens = 16

/**
 * Sends the very request that the load will send, once, and compares what came with what was asked.
 * Throws UserError when the server generates nothing.
 */
export async function sampleNative(
  asker: Asker,
  target: Target,
  route: NativeRoute,
  facts: NativeFacts,
): Promise<Probe> {
  const hoped = capabilitiesOf(route, facts, { usage: true, perChunk: true, forced: route.forcesLength })
  const turn: Turn = { item: 0, prompt, messages: null, outputTokens: askedTokens, requestId: 'servemark-probe' }
  const { path, headers, body } = route.request(turn, target, { ...facts, capabilities: hoped })
  const response = await asker.post(asker.baseUrl + path, JSON.parse(body), headers)
  const wholePath = asker.pathOf(path)
  if (response.status !== 200) throw route.refusal?.(response) ?? statusFailure(target, wholePath, response)
  const framing = typeof route.framing === 'function' ? route.framing(response.text) : route.framing
  const decoder = route.createDecoder()
  decoder.asked?.(body)
  const reply = readSampledReply(target, wholePath, response, { decoder, framing, protocol: route.protocol })
  return {
    ...facts,
    capabilities: capabilitiesOf(route, facts, {
      usage: reply.countedTokens !== null,
      perChunk: reply.countedChunks && target.stream,
      forced: route.forcesLength && isFull(reply),
    }),
    identity: { ...facts.identity, ...route.identify?.(response) },
    notes: [...facts.notes, ...notesOn(reply, route, target, facts)],
    ...(typeof route.framing === 'function' && { wire: { transport: 'http', framing } as const }),
  }
}

/** Servers that tell neither a count nor why they ended are believed. */
function isFull({ countedTokens, finishReason, ended }: SampledReply): boolean {
  if (finishReason === null) return ended && countedTokens === null
  return finishReason === 'length' && (countedTokens === null || countedTokens === askedTokens)
}

/** For servers that list their models at /v1/models: who it is, then the sample. */
export async function probeWithModelList(
  http: ProbeHttp,
  target: Target,
  signal: AbortSignal,
  route: NativeRoute,
  more: (asker: Asker) => Promise<readonly string[]> = async () => [],
): Promise<Probe> {
  const asker = createAsker(http, target, signal)
  const root = asker.baseUrl
  const list = await asker.get(`${root}/v1/models`)
  const models = readModelList(target, asker.pathOf('/v1/models'), list)
  const model = resolveModel(target, asker.pathOf('/v1/models'), models, list)
  const listed = models?.find((one) => one.id === model) ?? null
  const optional = async (path: string, body?: unknown) =>
    await (body === undefined ? asker.get(root + path) : asker.post(root + path, body)).catch(() => null)
  const [identity, notes] = await Promise.all([readIdentity(optional, serverRoot(root), model), more(asker)])
  const lengths = [identity.maxModelLength, listed?.maxModelLength ?? null].filter((length) => length !== null)
  return await sampleNative(asker, target, route, {
    model,
    version: identity.version,
    maxModelLength: lengths.length === 0 ? null : Math.min(...lengths),
    tokenizeUrl: identity.tokenizeUrl,
    identity: { server_header: list.headers['server'] ?? null, ...identity.details },
    notes,
  })
}

interface Shown {
  readonly usage: boolean
  readonly perChunk: boolean
  readonly forced: boolean
}

function capabilitiesOf(route: NativeRoute, facts: NativeFacts, shown: Shown): Capabilities {
  return {
    ignoreEos: shown.forced,
    minTokens: false,
    usage: shown.usage,
    streamUsage: shown.usage && route.framing !== 'json',
    continuousUsage: shown.perChunk,
    lengthKey: 'max_tokens',
    seed: route.seed,
    tokenizeUrl: facts.tokenizeUrl,
  }
}

function notesOn(reply: SampledReply, route: NativeRoute, target: Target, facts: NativeFacts): string[] {
  const { countedTokens: counted, finishReason } = reply
  const notes: string[] = []
  if (!route.forcesLength) {
    notes.push('the server cannot be made to give a fixed number of tokens: answers may be shorter than asked for')
  } else if (finishReason !== null && finishReason !== 'length') {
    notes.push(
      `the server ended early (${finishReason}, ${counted ?? 'unknown'} of ${askedTokens} tokens): answers may be shorter than asked for`,
    )
  }
  if (finishReason === 'length' && counted !== null && counted !== askedTokens) {
    notes.push(`asked for ${askedTokens} tokens the server gave ${counted} and called it the full length`)
  }
  if (finishReason === null && !reply.ended) {
    notes.push('no finish reason in the test answer: requests without one count as failed')
  }
  if (counted === null) notes.push('the server counts no tokens in this route: counts come from the tokenizer')
  if (target.stream && reply.chunks === 1 && (counted ?? askedTokens) > 1) {
    notes.push(
      'the whole answer came in one chunk though a stream was asked for: first-token and inter-token times say nothing',
    )
  }
  if (facts.maxModelLength === null) {
    notes.push('the server does not tell its context length: lengths are not checked before the run')
  }
  return notes
}
