import type { ServerResponse } from 'node:http'
import type { Engine, EngineSampling } from '../engine.ts'
import type { FinishReason, GenerationListener, Scheduler } from '../scheduler.ts'
import { IncrementalText, StopStrings } from '../text-assembly.ts'
import type { AnswerHead } from './answer.ts'
import { roleChunk, tokenChunk, usage, usageChunk, wholeAnswer } from './answer.ts'
import { badRequest, contextOverflow, internalError, unknownModel } from './errors.ts'
import type { CompletionRequest, Route } from './request.ts'
import { parseRequest } from './request.ts'

export interface CompletionService {
  /** The served model's name. */
  readonly model: string
  readonly engine: Engine
  readonly scheduler: Scheduler
  /** Seed of a request that gives none. */
  readonly drawSeed: () => number
}

/** Checks the request, queues it, and answers as its tokens come. Throws ApiError before anything is sent. */
export function serveCompletion(
  service: CompletionService,
  route: Route,
  body: unknown,
  requestId: string,
  response: ServerResponse,
): void {
  const request = parseRequest(route, body)
  if (request.model !== null && request.model !== service.model) throw unknownModel(request.model)
  const prompt = promptTokens(service.engine, request)
  const limit = service.engine.maxModelLength
  const maxTokens = request.maxTokens ?? Math.max(1, limit - prompt.length)
  if (prompt.length + maxTokens > limit) throw contextOverflow(limit, prompt.length, maxTokens)

  const head: AnswerHead = {
    route,
    id: `${route === 'chat' ? 'chatcmpl' : 'cmpl'}-${requestId}`,
    model: service.model,
    created: Math.floor(Date.now() / 1000),
  }
  const sink =
    request.stream === null
      ? new WholeSink(response, head, prompt.length)
      : new StreamSink(response, head, prompt.length, request.stream)
  const generation = service.scheduler.submit(
    {
      prompt,
      maxTokens,
      minTokens: request.minTokens,
      ignoreEos: request.ignoreEos,
      sampling: engineSampling(request, service.drawSeed),
    },
    listener(service.engine, request, prompt, sink),
  )
  response.once('close', () => generation.cancel())
}

function promptTokens(engine: Engine, { prompt }: CompletionRequest): readonly number[] {
  if (prompt.kind === 'text') {
    const tokens = engine.tokenize(prompt.text, true)
    if (tokens.length === 0) throw badRequest('The prompt is empty.', 'prompt')
    return tokens
  }
  const unknown = prompt.tokens.find((token) => token >= engine.vocabularySize)
  if (unknown !== undefined) throw badRequest(`Token id ${unknown} is out of vocabulary.`, 'prompt')
  return prompt.tokens
}

/** llama.cpp takes seeds as unsigned 32-bit numbers, of which the highest means "random". */
function engineSampling({ sampling }: CompletionRequest, drawSeed: () => number): EngineSampling {
  return { ...sampling, seed: (sampling.seed ?? drawSeed()) & 0x7fffffff }
}

/** Enough of the prompt to know how its text ends. */
const textContextTokens = 4

/** Where tokens go. `finish` is set with the last one. */
interface TokenSink {
  token(text: string, finish: FinishReason | null): void
  failed(error: Error): void
}

function listener(
  engine: Engine,
  request: CompletionRequest,
  prompt: readonly number[],
  sink: TokenSink,
): GenerationListener {
  const text = new IncrementalText(
    (tokens, before) => engine.detokenize(tokens, before),
    prompt.slice(-textContextTokens),
  )
  const stops = new StopStrings(request.stops)
  return {
    token(token, finish) {
      const piece = text.push(token) + (finish === null ? '' : text.flush())
      const matched = stops.push(piece)
      if (matched.stopped) sink.token(matched.text, 'stop')
      else if (finish === null) sink.token(matched.text, null)
      else sink.token(matched.text + stops.flush(), finish)
      return !matched.stopped
    },
    failed: (error) => sink.failed(error),
  }
}

/** One event a token, also when the token has no text of its own. */
class StreamSink implements TokenSink {
  readonly #response: ServerResponse
  readonly #head: AnswerHead
  readonly #promptTokens: number
  readonly #options: { readonly includeUsage: boolean; readonly continuousUsage: boolean }
  #count = 0

  constructor(
    response: ServerResponse,
    head: AnswerHead,
    promptTokenCount: number,
    options: { readonly includeUsage: boolean; readonly continuousUsage: boolean },
  ) {
    this.#response = response
    this.#head = head
    this.#promptTokens = promptTokenCount
    this.#options = options
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
    response.flushHeaders()
    if (head.route === 'chat') this.#send(roleChunk(head, this.#usageField()))
  }

  token(text: string, finish: FinishReason | null): void {
    this.#count += 1
    this.#send(tokenChunk(this.#head, text, finish, this.#usageField()))
    if (finish === null) return
    if (this.#options.includeUsage) this.#send(usageChunk(this.#head, usage(this.#promptTokens, this.#count)))
    this.#response.end('data: [DONE]\n\n')
  }

  failed(error: Error): void {
    this.#send(internalError(error.message).body)
    this.#response.end('data: [DONE]\n\n')
  }

  #usageField(): ReturnType<typeof usage> | null | undefined {
    if (!this.#options.includeUsage) return undefined
    return this.#options.continuousUsage ? usage(this.#promptTokens, this.#count) : null
  }

  #send(event: object): void {
    this.#response.write(`data: ${JSON.stringify(event)}\n\n`)
  }
}

class WholeSink implements TokenSink {
  readonly #response: ServerResponse
  readonly #head: AnswerHead
  readonly #promptTokens: number
  #text = ''
  #count = 0

  constructor(response: ServerResponse, head: AnswerHead, promptTokenCount: number) {
    this.#response = response
    this.#head = head
    this.#promptTokens = promptTokenCount
  }

  token(text: string, finish: FinishReason | null): void {
    this.#text += text
    this.#count += 1
    if (finish === null) return
    const counts = usage(this.#promptTokens, this.#count)
    sendJson(this.#response, 200, wholeAnswer(this.#head, this.#text, finish, counts))
  }

  failed(error: Error): void {
    sendJson(this.#response, 500, internalError(error.message).body)
  }
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.end(bytes)
}
