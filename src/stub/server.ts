import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { readAsk } from './ask.ts'
import { certificate } from './certificate.ts'
import { createBatchClock } from './batch-clock.ts'
import { monotonicNs } from './clock.ts'
import { errorBody, type ApiError } from './errors.ts'
import { Desk } from './desk.ts'
import type { Fault } from './faults/index.ts'
import { serve, type Connection } from './connection.ts'
import type { HttpRequest } from './http-request.ts'
import { createCounters, endedRequest } from './metrics.ts'
import type { StubSettings } from './options.ts'
import type { Pacer } from './pacer.ts'
import { end, play } from './player.ts'
import type { Route } from './reply.ts'
import type { StubServer } from './stub-server.ts'
import { createWorkQueue } from './work-queue.ts'

const generationRoutes: Readonly<Record<string, Route>> = {
  '/v1/completions': 'completions',
  '/v1/chat/completions': 'chat',
}

export function createStubServer(
  settings: StubSettings,
  pacer: Pacer,
  countPromptTokens: (text: string) => number,
): StubServer {
  const startedNs = monotonicNs()
  const desk = new Desk(settings, startedNs)
  const counters = createCounters(settings.models[0] ?? '', settings.counters)
  const sockets = new Set<Socket>()
  const work = createWorkQueue()
  const readTime = createBatchClock()
  let running = 0

  function generate(connection: Connection, route: Route, request: HttpRequest): void {
    const receivedNs = connection.readNs
    const { index, struck } = desk.arrive()
    const requestId = request.headers.get('x-request-id') ?? `stub-${index}`
    const result = readAsk(route, request.body, {
      settings,
      countPromptTokens,
      receivedNs,
      requestId,
      faultHeader: request.headers.get('x-stub-fault'),
    })
    const faults: readonly Fault[] = result.ok ? [...struck, ...result.faults] : []
    const entry = desk.enter(index, {
      requestId,
      route,
      stream: result.ok && result.ask.stream,
      receivedNs,
      promptTokens: result.ok ? result.ask.promptTokens : null,
      askedTokens: result.ok ? result.ask.maxTokens : null,
      faults: faults.map(({ kind }) => kind),
    })
    if (!result.ok) {
      entry.status = result.status
      end(entry, 'complete')
      counters.count(endedRequest(entry, 0))
      return connection.answer(result.status, 'application/json', errorBody(result.error))
    }
    const { ask, overrides } = result
    const reply = desk.reply(index, ask, faults, overrides)
    running++
    connection.perform(entry, () => {
      running--
      counters.count(endedRequest(entry, settings.cachedTokens ?? 0))
    })
    const stop = play({
      ask,
      reply,
      socket: connection.socket,
      pacer,
      log: entry,
      lastOnConnection: connection.last,
      chunked: connection.chunked,
      onComplete: connection.complete,
    })
    connection.stopWith(stop)
  }

  function route(connection: Connection, request: HttpRequest): void {
    const { method, path } = request
    const json = (status: number, body: string) => connection.answer(status, 'application/json', body)
    const refuse = (status: number, error: ApiError) => json(status, errorBody(error))

    if (path === '/stub/log') {
      if (method === 'GET') return json(200, JSON.stringify(desk.log()))
      if (method !== 'DELETE')
        return refuse(405, { message: 'Method Not Allowed', type: 'invalid_request_error', code: 405 })
      desk.clear()
      return json(200, '{}')
    }
    if (monotonicNs() - startedNs < settings.readyAfterMs * 1e6) {
      return refuse(503, { message: 'Loading model', type: 'unavailable_error', code: 503 })
    }
    if (path === '/health' && method === 'GET') return json(200, '{"status":"ok"}')
    if (path === '/metrics' && method === 'GET') {
      return connection.answer(200, 'text/plain; version=0.0.4', counters.text(running))
    }
    if (path.startsWith('/v1/') && settings.apiKey !== null) {
      if (request.headers.get('authorization') !== `Bearer ${settings.apiKey}`) {
        const message = 'Incorrect API key provided.'
        return refuse(401, { message, type: 'invalid_request_error', code: 'invalid_api_key' })
      }
    }
    if (path === '/v1/models' && method === 'GET') return json(200, modelList(settings))
    const generation = generationRoutes[path]
    if (generation === undefined) {
      return refuse(404, { message: `Not Found: ${method} ${path}`, type: 'invalid_request_error', code: 404 })
    }
    if (method !== 'POST')
      return refuse(405, { message: 'Method Not Allowed', type: 'invalid_request_error', code: 405 })
    return generate(connection, generation, request)
  }

  const accept = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, settings.keepAliveMs, work, readTime, route)
  }
  const server = settings.tls
    ? createTlsServer({ ...certificate(), noDelay: true }, accept)
    : createServer({ noDelay: true }, accept)
  return {
    scheme: settings.tls ? 'https' : 'http',
    server,
    log: () => desk.log(),
    clear: () => desk.clear(),
    destroyConnections() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function modelList(settings: StubSettings): string {
  const limit = settings.maxModelLength === null ? {} : { max_model_len: settings.maxModelLength }
  const data = settings.models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'servemark-stub', ...limit }))
  return JSON.stringify({ object: 'list', data })
}
