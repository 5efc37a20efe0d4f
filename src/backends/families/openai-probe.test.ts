import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { UserError } from '../../errors.ts'
import type { Probe, Target } from '../backend.ts'
import { createProbeHttp } from '../probe-http.ts'
import { checkLengths, probeOpenAi } from './openai-probe.ts'

type Body = Record<string, unknown>
interface Reply {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body: unknown
}
interface Behaviour {
  readonly models?: Reply
  readonly generate?: (body: Body, path: string) => Reply
  /** Other routes, by path. */
  readonly routes?: Readonly<Record<string, Reply>>
}

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const lists = (...entries: readonly unknown[]): Reply => ({ body: { object: 'list', data: entries } })

interface Started {
  readonly url: string
  readonly bodies: Body[]
}
async function start(behaviour: Behaviour): Promise<Started> {
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
  open.push(server)
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

interface StreamShape {
  readonly tokens?: number
  readonly finish?: string | null
  readonly usage?: 'end' | 'running' | 'none'
  readonly tokensPerChunk?: number
}
/** A stream of `tokens` tokens, as asked for when not given. */
function stream(body: Body, shape: StreamShape = {}): Reply {
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

function target(url: string, more: Partial<Target> = {}): Target {
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
async function probe(behaviour: Behaviour, more: Partial<Target> = {}): Promise<Probe & { bodies: readonly Body[] }> {
  const { url, bodies } = await start(behaviour)
  return { ...(await ask(url, more)), bodies }
}
async function ask(url: string, more: Partial<Target>): Promise<Probe> {
  const headers = more.headers ?? {}
  const http = createProbeHttp({ name: 'openai', ca: [], headers, timeoutSeconds: 10, answerSeconds: 10 })
  return await probeOpenAi(http, target(url, more), new AbortController().signal)
}
async function failure(behaviour: Behaviour, more: Partial<Target> = {}): Promise<string> {
  const { url } = await start(behaviour)
  const error = await ask(url, more).then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(UserError)
  return (error as UserError).message
}
const unknownKeys = (body: Body, known: readonly string[]) => Object.keys(body).filter((key) => !known.includes(key))
const standardKeys = [
  'model',
  'prompt',
  'messages',
  'max_tokens',
  'temperature',
  'top_p',
  'seed',
  'stream',
  'stream_options',
]

describe('a server that takes everything', () => {
  const vllm: Behaviour = {
    models: lists({ id: 'tiny', owned_by: 'vllm', max_model_len: 8192 }),
    generate: (body) => stream(body, { usage: 'running' }),
    routes: {
      '/version': { body: { version: '0.32.0' } },
      '/tokenize': { body: { count: 3, max_model_len: 8192, tokens: [1, 2, 3] } },
    },
  }

  test('is known with one generation', async () => {
    const found = await probe(vllm)
    expect(found).toMatchObject({ model: 'tiny', version: '0.32.0', maxModelLength: 8192, notes: [] })
    const { tokenizeUrl, ...capabilities } = found.capabilities
    expect(tokenizeUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/tokenize$/)
    expect(capabilities).toEqual({
      ignoreEos: true,
      minTokens: true,
      seed: true,
      usage: true,
      streamUsage: true,
      continuousUsage: true,
      lengthKey: 'max_tokens',
    })
    expect(found.identity).toEqual({
      server_header: 'fake',
      model: { id: 'tiny', owned_by: 'vllm', max_model_len: 8192 },
      version: { version: '0.32.0' },
    })
    expect(found.bodies).toHaveLength(1)
    expect(found.bodies[0]).toMatchObject({
      model: 'tiny',
      ignore_eos: true,
      min_tokens: 16,
      max_tokens: 16,
      stream_options: { include_usage: true, continuous_usage_stats: true },
    })
  })

  test('is known in chat and without streaming too', async () => {
    const found = await probe(
      {
        ...vllm,
        generate: (body) => ({
          body: {
            choices: [{ index: 0, message: { role: 'assistant', content: 'Blue' }, finish_reason: 'length' }],
            usage: { prompt_tokens: 9, completion_tokens: body['max_tokens'] },
          },
        }),
      },
      { route: 'chat', stream: false },
    )
    expect(found.capabilities).toMatchObject({
      ignoreEos: true,
      usage: true,
      streamUsage: false,
      continuousUsage: false,
    })
    expect(found.bodies[0]).toMatchObject({ messages: [{ role: 'user' }], stream: false })
    expect(found.bodies[0]).not.toHaveProperty('stream_options')
  })

  test('the extra body is in the test request', async () => {
    const found = await probe(vllm, { extraBody: { top_k: 7 } })
    expect(found.bodies[0]).toMatchObject({ top_k: 7 })
  })
})

describe('what a server does not take', () => {
  test.each([400, 422])('status %i for unknown keys: the others stay', async (status) => {
    const found = await probe({
      generate: (body) => {
        const unknown = unknownKeys(body, [...standardKeys, 'min_tokens'])
        return unknown.length === 0
          ? stream(body)
          : { status, body: { detail: `Unexpected fields: ${unknown.join()}` } }
      },
    })
    expect(found.capabilities).toMatchObject({ ignoreEos: false, minTokens: true, seed: true, streamUsage: true })
    expect(found.bodies.at(-1)).toMatchObject({ max_tokens: 16, min_tokens: 16, seed: 42 })
    expect(found.bodies.at(-1)).not.toHaveProperty('ignore_eos')
  })

  test('a server that takes no extras at all', async () => {
    const keys = ['model', 'prompt', 'max_tokens', 'temperature', 'top_p', 'stream']
    const found = await probe({
      generate: (body) =>
        unknownKeys(body, keys).length === 0
          ? stream(body, { tokens: 3, finish: 'stop', usage: 'none' })
          : { status: 400, body: { error: { message: 'no' } } },
    })
    expect(found.capabilities).toMatchObject({
      ignoreEos: false,
      minTokens: false,
      seed: false,
      usage: false,
      streamUsage: false,
      continuousUsage: false,
    })
    expect(found.notes).toEqual([
      'the server takes neither ignore_eos nor min_tokens: answers may be shorter than asked for',
      'the server counts no tokens in this route: counts come from the tokenizer',
      'the server does not tell its context length: lengths are not checked before the run',
    ])
  })

  test('max_completion_tokens where max_tokens is refused', async () => {
    const found = await probe(
      {
        generate: (body) =>
          'max_tokens' in body
            ? {
                status: 400,
                body: {
                  error: { message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." },
                },
              }
            : stream(body),
      },
      { route: 'chat' },
    )
    expect(found.capabilities).toMatchObject({ lengthKey: 'max_completion_tokens', ignoreEos: true })
  })

  test('running usage that is taken but does not come is not asked for', async () => {
    const found = await probe({})
    expect(found.capabilities).toMatchObject({ streamUsage: true, continuousUsage: false })
  })

  test('ignore_eos that is taken silently and not kept', async () => {
    const found = await probe({ generate: (body) => stream(body, { tokens: 3, finish: 'stop' }) })
    expect(found.capabilities).toMatchObject({ ignoreEos: false, minTokens: false, usage: true })
    expect(found.notes[0]).toBe(
      'the server took ignore_eos but ended early (stop, 3 of 16 tokens): answers may be shorter than asked for',
    )
  })

  test.each([12, 17])('a length of %i where 16 was asked for', async (tokens) => {
    const found = await probe({ generate: (body) => stream(body, { tokens }) })
    expect(found.capabilities.ignoreEos).toBe(false)
    expect(found.notes[0]).toBe(`asked for 16 tokens the server gave ${tokens} and called it the full length`)
  })

  test('without counts the finish reason decides', async () => {
    const found = await probe({ generate: (body) => stream(body, { usage: 'none' }) })
    expect(found.capabilities).toMatchObject({ ignoreEos: true, usage: false, streamUsage: false })
  })

  test('one chunk though a stream was asked for', async () => {
    const found = await probe({ generate: (body) => stream(body, { tokensPerChunk: 16 }) })
    expect(found.notes[0]).toBe(
      'the whole answer came in one chunk though a stream was asked for: first-token and inter-token times say nothing',
    )
  })

  test('no finish reason', async () => {
    const found = await probe({ generate: (body) => stream(body, { finish: null }) })
    expect(found.notes[0]).toBe('no finish reason in the test answer: requests without one count as failed')
  })
})

describe('models', () => {
  const several = (count: number) =>
    lists(...Array.from({ length: count }, (_, index) => ({ id: `model-${index + 1}` })))

  test('the asked one of several', async () => {
    expect((await probe({ models: several(3) }, { model: 'model-2' })).model).toBe('model-2')
  })
  test('one that is not there', async () => {
    expect(await failure({ models: lists({ id: 'meta-llama/Llama-3.1-8B-Instruct' }) }, { model: 'M' })).toBe(
      'openai: the server has no model "M". It has: meta-llama/Llama-3.1-8B-Instruct. Use --model, or leave it out',
    )
    expect(await failure({ models: several(2) }, { model: 'N' })).toBe(
      'openai: the server has no model "N". It has: model-1, model-2. Use --model',
    )
  })
  test('left out where there are several', async () => {
    expect(await failure({ models: several(7) })).toBe(
      'openai: the server has 7 models: model-1, model-2, model-3, model-4, model-5 and 2 more. Choose one: --model NAME',
    )
  })
  test('an empty list', async () => {
    expect(await failure({ models: lists() })).toBe('openai: the server lists no model. Is one loaded?')
  })
  test.each([404, 500])('no list (%i): the asked name is taken on trust', async (status) => {
    const models = { status, body: { detail: 'no' } }
    const found = await probe({ models }, { model: 'mine' })
    expect(found.model).toBe('mine')
    expect(found.notes[0]).toBe(`${status} from /v1/models: the model's name is taken on trust`)
    expect(await failure({ models })).toBe(
      'openai: /v1/models does not tell which models there are. Name one: --model NAME',
    )
  })
  test('something else listens there', async () => {
    const models = {
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: '<html><title>Router</title></html>',
    }
    expect(await failure({ models })).toBe(
      'openai: /v1/models gives no list of models (but text/html: "Router"). Is it an OpenAI-compatible server? Check --base-url',
    )
  })

  test.each([
    [{ id: 'm', max_model_len: 4096 }, 4096],
    [{ id: 'm', meta: { n_ctx_train: 2048 } }, 2048],
    [{ id: 'm', context_length: 131072 }, 131072],
    [{ id: 'm', context_window: 8192 }, 8192],
    [{ id: 'm' }, null],
  ])('%o has a context of %s', async (entry, length) => {
    expect((await probe({ models: lists(entry) })).maxModelLength).toBe(length)
  })
})

describe('identity', () => {
  test('llama-server tells of itself at /props; a slot holds less than the model', async () => {
    const found = await probe({
      models: lists({ id: 'm', meta: { n_ctx_train: 32768 } }),
      routes: {
        '/props': { body: { build_info: 'b1-7e4c0a9', total_slots: 4, default_generation_settings: { n_ctx: 2048 } } },
        '/tokenize': { body: { tokens: [5, 6, 7] } },
      },
    })
    expect(found).toMatchObject({ version: 'b1-7e4c0a9', maxModelLength: 2048 })
    expect(found.identity['props']).toMatchObject({ total_slots: 4, n_ctx: 2048 })
    expect(found.capabilities.tokenizeUrl).not.toBeNull()
  })
  test('SGLang tells its version among much else, which is not kept', async () => {
    const found = await probe({ routes: { '/server_info': { body: { version: '0.5.23', api_key: 'secret' } } } })
    expect(found.version).toBe('0.5.23')
    expect(JSON.stringify(found.identity)).not.toContain('secret')
  })
  test('what changes with each start or question is not kept', async () => {
    const entry = { id: 'm', root: '/models/m', created: 1795299073, permission: [{ id: 'modelperm-1' }] }
    expect((await probe({ models: lists(entry) })).identity['model']).toEqual({ id: 'm', root: '/models/m' })
  })
  test('a server that tells nothing', async () => {
    const found = await probe({})
    expect([found.version, found.capabilities.tokenizeUrl]).toEqual([null, null])
  })
})

describe('failures', () => {
  const refused = { status: 401, body: { error: 'Unauthorized' } }

  test('401 without a key', async () => {
    expect(await failure({ models: refused })).toBe(
      "openai: 401 from /v1/models. Set SERVEMARK_API_KEY (now unset); another header: --header 'api-key: $MY_KEY'",
    )
  })
  test('403 with a key', async () => {
    const headers = { authorization: 'Bearer wrong' }
    expect(await failure({ models: { ...refused, status: 403 } }, { headers })).toBe(
      "openai: 403 from /v1/models: what the header authorization holds is refused. Set SERVEMARK_API_KEY to a valid key; another header: --header 'api-key: $MY_KEY'",
    )
  })
  test('401 where only generating needs a key', async () => {
    expect(await failure({ generate: () => refused })).toBe(
      "openai: 401 from /v1/completions. Set SERVEMARK_API_KEY (now unset); another header: --header 'api-key: $MY_KEY'",
    )
  })
  test('a redirect', async () => {
    const models = { status: 301, headers: { location: 'https://new/v1/models' }, body: '' }
    expect(await failure({ models })).toBe(
      'openai: 301 from /v1/models, a redirect to https://new/v1/models. Redirects are not followed: give the final --base-url',
    )
  })
  test('a server that is loading', async () => {
    const loading = { status: 503, body: { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } } }
    expect(await failure({ generate: () => loading })).toBe(
      'openai: 503 from /v1/completions: "Loading model". The server is not ready: try again when it is',
    )
  })
  test('too many requests', async () => {
    expect(await failure({ models: { status: 429, body: { error: { message: 'slow down' } } } })).toBe(
      'openai: 429 from /v1/models: "slow down". The server takes no more requests now: try again later',
    )
  })
  test('a route that is not there', async () => {
    const missing = { status: 404, body: { detail: 'Not Found' } }
    expect(await failure({ generate: () => missing })).toBe(
      'openai: 404 from /v1/completions: "Not Found". Is --base-url right? Another route: --endpoint chat',
    )
    expect(await failure({ generate: () => missing }, { route: 'chat' })).toBe(
      'openai: 404 from /v1/chat/completions: "Not Found". Is --base-url right? Another route: --endpoint completions',
    )
  })
  test('a model that only the generation knows to be missing', async () => {
    const missing = {
      status: 404,
      body: { error: { message: 'The model `mine` does not exist. Valid aliases: tiny.' } },
    }
    const models = { status: 404, body: {} }
    expect(await failure({ models, generate: () => missing }, { model: 'mine' })).toBe(
      'openai: 404 from /v1/completions: "The model `mine` does not exist. Valid aliases: tiny". Use --model',
    )
  })
  test('a request that is refused whatever its keys', async () => {
    const no = { status: 400, body: { error: { message: 'no chat\n template   here' } } }
    expect(await failure({ generate: () => no })).toBe('openai: 400 from /v1/completions: "no chat template here"')
  })
  test('http to a port that wants https', async () => {
    const models = { status: 400, body: 'Client sent an HTTP request to an HTTPS server.\n' }
    expect(await failure({ models })).toBe(
      'openai: 400 from /v1/models: "Client sent an HTTP request to an HTTPS server". Use https:// in --base-url',
    )
  })
  test('an error under status 200', async () => {
    const body = 'data: {"error":{"message":"out of memory"}}\n\ndata: [DONE]\n\n'
    expect(await failure({ generate: () => ({ body }) })).toBe(
      'openai: the test request to /v1/completions failed under status 200: "out of memory"',
    )
  })
  test('no stream though asked for', async () => {
    expect(await failure({ generate: () => ({ body: { choices: [{ index: 0, text: 'x' }] } }) })).toBe(
      'openai: /v1/completions sends one JSON document though a stream was asked for. Use --no-stream',
    )
  })
  test('a stream of something else', async () => {
    expect(await failure({ generate: () => ({ body: 'data: hello\n\n' }) })).toBe(
      "openai: what /v1/completions sends is not OpenAI's protocol (not JSON: hello). Check --base-url and --endpoint",
    )
  })
  test('an empty stream', async () => {
    expect(await failure({ generate: () => ({ body: '' }) })).toBe(
      "openai: /v1/completions answered 200 with no event at all. See the server's log",
    )
  })
  test('nothing listens', async () => {
    const { url } = await start({})
    const server = open.pop()
    await new Promise((resolve) => server?.close(resolve))
    await expect(ask(url, {})).rejects.toThrow(
      new UserError(`openai: nothing listens at ${url} (ECONNREFUSED). Is the server up? Try: curl ${url}/v1/models`),
    )
  })
  test('an abort ends the probe with its reason', async () => {
    const controller = new AbortController()
    const silent = { get: () => new Promise<never>(() => {}), post: () => new Promise<never>(() => {}) }
    const run = probeOpenAi(silent, target('http://127.0.0.1:1'), controller.signal)
    controller.abort(new Error('Ctrl-C'))
    await expect(run).rejects.toThrow('Ctrl-C')
  })
})

describe('lengths', () => {
  test('the sum must fit', () => {
    expect(checkLengths({ maxModelLength: 4096 }, 4000, 60)).toBeNull()
    expect(checkLengths({ maxModelLength: 4096 }, 4000, 96)).toBeNull()
    expect(checkLengths({ maxModelLength: 4096 }, 4000, 97)).toBe(
      "openai: prompts up to 4000 + 97 tokens exceed the server's 4096. Lower --prompt-tokens or --max-prompt-tokens",
    )
    expect(checkLengths({ maxModelLength: 2048 }, 2100, 32, 'llamacpp')).toBe(
      "llamacpp: prompts up to 2100 + 32 tokens exceed the server's 2048. Lower --prompt-tokens or --max-prompt-tokens",
    )
  })
  test('an unknown limit fits', () => {
    expect(checkLengths({ maxModelLength: null }, 1e6, 1)).toBeNull()
  })
})
