import { randomInt, randomUUID, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Engine } from './engine.ts'
import { ServerMetrics } from './metrics.ts'
import type { CompletionService } from './openai/completion.ts'
import { sendJson, serveCompletion } from './openai/completion.ts'
import { ApiError, badRequest, internalError, loadingModel, unauthorized } from './openai/errors.ts'
import { Scheduler } from './scheduler.ts'

export interface EmbeddedServerOptions {
  /** Name under which requests ask for the model. */
  readonly model: string
  /** Asked of all routes below /v1; null: none. */
  readonly apiKey: string | null
  readonly version: string
  /** Seconds of a monotonic clock. */
  readonly now: () => number
}

type Identity = Readonly<Record<string, unknown>>
type State =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly service: CompletionService; readonly identity: Identity; readonly since: number }

const maxBodyBytes = 32 * 1024 * 1024
/** Longer than a benchmark's pauses, so that idle connections are not closed under a client. */
const keepAliveMilliseconds = 75_000

/** The HTTP side. It may listen before there is a model: until `ready`, all but /health, /version and /metrics answer 503. */
export class EmbeddedServer {
  readonly http: Server
  readonly #options: EmbeddedServerOptions
  readonly #metrics = new ServerMetrics()
  #state: State = { kind: 'loading' }

  constructor(options: EmbeddedServerOptions) {
    this.#options = options
    this.http = createServer({ keepAliveTimeout: keepAliveMilliseconds }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => answerError(response, error))
    })
  }

  /** `identity` is shown at /version. */
  ready(engine: Engine, identity: Identity): void {
    const scheduler = new Scheduler(engine, this.#metrics, this.#options.now)
    const drawSeed = (): number => randomInt(0x7fffffff)
    const service = { model: this.#options.model, engine, scheduler, drawSeed }
    this.#state = { kind: 'ready', service, identity, since: Math.floor(Date.now() / 1000) }
  }

  /** Cuts all connections, cancels all requests, and waits for the engine's running step. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()))
    this.http.closeAllConnections()
    if (this.#state.kind === 'ready') await this.#state.service.scheduler.stop()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = header(request, 'x-request-id') ?? randomUUID()
    response.setHeader('x-request-id', requestId)
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    if (path.startsWith('/v1/')) this.#authorize(request)
    switch (`${request.method} ${path}`) {
      case 'GET /health':
        return this.#health(response)
      case 'GET /version':
        return sendJson(response, 200, this.#version())
      case 'GET /metrics':
        return this.#renderMetrics(response)
      case 'GET /v1/models':
        return sendJson(response, 200, this.#models())
      case 'POST /tokenize':
        return sendJson(response, 200, this.#tokenize(await readJson(request)))
      case 'POST /v1/completions':
        return serveCompletion(this.#service(), 'completions', await readJson(request), requestId, response)
      case 'POST /v1/chat/completions':
        return serveCompletion(this.#service(), 'chat', await readJson(request), requestId, response)
      default:
        throw new ApiError(404, `Unknown request URL: ${request.method} ${path}.`, { code: 'unknown_url' })
    }
  }

  #authorize(request: IncomingMessage): void {
    const { apiKey } = this.#options
    if (apiKey === null) return
    const given = Buffer.from(header(request, 'authorization') ?? '')
    const wanted = Buffer.from(`Bearer ${apiKey}`)
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw unauthorized()
  }

  #service(): CompletionService {
    if (this.#state.kind === 'loading') throw loadingModel()
    return this.#state.service
  }

  #health(response: ServerResponse): void {
    const { broken } = this.#service().scheduler
    if (broken !== null) throw internalError(`The engine failed: ${broken.message}`)
    sendJson(response, 200, { status: 'ok' })
  }

  #version(): object {
    const identity = this.#state.kind === 'ready' ? this.#state.identity : {}
    return { version: this.#options.version, ...identity }
  }

  #renderMetrics(response: ServerResponse): void {
    const gauges = this.#state.kind === 'ready' ? this.#state.service.scheduler : { running: 0, waiting: 0 }
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    response.end(this.#metrics.render(gauges))
  }

  #models(): object {
    const { model, engine } = this.#service()
    const created = this.#state.kind === 'ready' ? this.#state.since : 0
    const entry = { id: model, object: 'model', created, owned_by: 'servemark', max_model_len: engine.maxModelLength }
    return { object: 'list', data: [entry] }
  }

  #tokenize(body: unknown): object {
    const { engine } = this.#service()
    const parsed = tokenizeBody.safeParse(body)
    if (!parsed.success) throw badRequest('prompt must be a string, add_special_tokens a boolean', 'prompt')
    const tokens = engine.tokenize(parsed.data.prompt, parsed.data.add_special_tokens)
    return { count: tokens.length, max_model_len: engine.maxModelLength, tokens }
  }
}

const tokenizeBody = z.object({ prompt: z.string(), add_special_tokens: z.boolean().default(true) })

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBodyBytes) throw new ApiError(413, `The request body exceeds ${maxBodyBytes} bytes.`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    throw badRequest(`The request body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function answerError(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return
  const answer =
    error instanceof ApiError ? error : internalError(error instanceof Error ? error.message : String(error))
  if (response.headersSent) {
    response.destroy()
    return
  }
  if (answer.status === 413) response.setHeader('connection', 'close')
  sendJson(response, answer.status, answer.body)
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}
