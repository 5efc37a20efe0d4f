import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { UserError } from '../../../errors.ts'
import type { Probe, Target } from '../../backend.ts'
import { createProbeHttp } from '../../probe-http.ts'
import { probeOpenAi } from '../openai-probe.ts'

export type Body = Record<string, unknown>
export interface Reply {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body: unknown
}
/** What the small server of a test answers; by default as a plain OpenAI-compatible one does. */
export interface Behaviour {
  readonly models?: Reply
  readonly generate?: (body: Body, path: string) => Reply
  /** Other routes, by path. */
  readonly routes?: Readonly<Record<string, Reply>>
}

export const lists = (...entries: readonly unknown[]): Reply => ({ body: { object: 'list', data: entries } })

export interface Started {
  readonly url: string
  readonly bodies: Body[]
}
export async function start(behaviour: Behaviour): Promise<Started> {
  const bodies: Body[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const body = await readBody(request)
      send(response, replyTo(request.url ?? '', body))
    })()
  })
  const replyTo = (path: string, body: Body): Reply => {
    if (path === '/v1/models') return behaviour.models ?? lists({ id: 'm' })
    if (path === '/v1/completions' || path === '/v1/chat/completions') {
      bodies.push(body)
      return (behaviour.generate ?? ((asked) => stream(asked)))(body, path)
    }
    return behaviour.routes?.[path] ?? { status: 404, body: { detail: 'Not Found' } }
  }
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies }
}

async function readBody(request: IncomingMessage): Promise<Body> {
  let text = ''
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString()
  return text === '' ? {} : (JSON.parse(text) as Body)
}

function send(response: ServerResponse, reply: Reply): void {
  const isText = typeof reply.body === 'string'
  const type = isText ? 'text/event-stream' : 'application/json'
  response.writeHead(reply.status ?? 200, { 'content-type': type, server: 'fake', ...reply.headers })
  response.end(isText ? reply.body : JSON.stringify(reply.body))
}

export interface StreamShape {
  readonly tokens?: number
  readonly finish?: string | null
  readonly usage?: 'end' | 'running' | 'none'
  readonly tokensPerChunk?: number
}
/** A stream of `tokens` tokens, as asked for when not given. */
export function stream(body: Body, shape: StreamShape = {}): Reply {
  const tokens = shape.tokens ?? Number(body['max_tokens'] ?? body['max_completion_tokens'])
  const { finish = 'length', usage = 'end', tokensPerChunk = 1 } = shape
  const chat = 'messages' in body
  const part = (text: string) => (chat ? { delta: { content: text } } : { text })
  const events: unknown[] = chat ? [{ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }] : []
  for (let sent = tokensPerChunk; sent <= tokens; sent += tokensPerChunk) {
    events.push({
      choices: [{ index: 0, ...part(' x'), finish_reason: sent === tokens ? finish : null }],
      ...(usage === 'running' && { usage: { prompt_tokens: 9, completion_tokens: sent } }),
    })
  }
  if (usage !== 'none') events.push({ choices: [], usage: { prompt_tokens: 9, completion_tokens: tokens } })
  return { body: `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n` }
}

export function target(url: string, more: Partial<Target> = {}): Target {
  return {
    backendId: 'openai',
    endpoints: [{ url: `${url}/v1` }],
    model: null,
    route: 'completions',
    stream: true,
    headers: {},
    extraBody: {},
    sampling: { temperature: 1, topP: 0.9, seed: 42 },
    ...more,
  }
}
export async function probe(
  behaviour: Behaviour,
  more: Partial<Target> = {},
): Promise<Probe & { bodies: readonly Body[] }> {
  const { url, bodies } = await start(behaviour)
  return { ...(await ask(url, more)), bodies }
}
export async function ask(url: string, more: Partial<Target>): Promise<Probe> {
  const headers = more.headers ?? {}
  const http = createProbeHttp({ name: 'openai', ca: [], headers, timeoutSeconds: 10, answerSeconds: 10 })
  return await probeOpenAi(http, target(url, more), new AbortController().signal)
}
/** The one line with which the probe ends. */
export async function failure(behaviour: Behaviour, more: Partial<Target> = {}): Promise<string> {
  const { url } = await start(behaviour)
  const error = await ask(url, more).then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(UserError)
  return (error as UserError).message
}
