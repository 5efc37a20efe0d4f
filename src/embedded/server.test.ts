import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ErrorBody } from './openai/errors.ts'
import { EmbeddedServer } from './server.ts'
import type { FakeEngineOptions } from './testing/fake-engine.ts'
import { FakeEngine, beginToken, endToken } from './testing/fake-engine.ts'

interface SetUp extends FakeEngineOptions {
  readonly apiKey?: string
  readonly loading?: boolean
}

async function start(options: SetUp = {}) {
  const server = new EmbeddedServer({
    model: 'test/model',
    apiKey: options.apiKey ?? null,
    version: '1.2.3',
    now: () => performance.now() / 1000,
  })
  const engine = new FakeEngine(options)
  if (options.loading !== true) server.ready(engine, { engine: 'fake' })
  await new Promise<void>((resolve) => server.http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => server.close())
  const origin = `http://127.0.0.1:${(server.http.address() as AddressInfo).port}`
  const post = (path: string, body: unknown, init: RequestInit = {}): Promise<Response> =>
    fetch(origin + path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), ...init })
  return { server, engine, origin, post }
}

async function eventsOf(response: Response): Promise<unknown[]> {
  const frames = (await response.text()).split('\n\n')
  expect(frames.pop()).toBe('')
  expect(frames.pop()).toBe('data: [DONE]')
  return frames.map((frame) => JSON.parse(frame.replace(/^data: /, '')) as unknown)
}

async function metricsOf(origin: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${origin}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]))
}

const ask = { model: 'test/model', prompt: 'hi', max_tokens: 3 }
const askChat = { model: 'test/model', messages: [{ role: 'user', content: 'hi' }], max_tokens: 3 }

describe('completions', () => {
  test('a whole answer has text, finish reason and usage', async () => {
    const { post } = await start({ output: 'abc' })
    const response = await post('/v1/completions', ask)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toMatchObject({
      id: expect.stringMatching(/^cmpl-/) as string,
      object: 'text_completion',
      created: expect.any(Number) as number,
      model: 'test/model',
      choices: [{ index: 0, text: 'abc', logprobs: null, finish_reason: 'length' }],
      usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
    })
  })

  test('a stream has one event a token; the finish reason rides on the last', async () => {
    const { post } = await start({ output: 'abc' })
    const response = await post('/v1/completions', { ...ask, stream: true })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(await eventsOf(response)).toMatchObject([
      { object: 'text_completion', choices: [{ index: 0, text: 'a', finish_reason: null }] },
      { choices: [{ text: 'b', finish_reason: null }] },
      { choices: [{ text: 'c', finish_reason: 'length' }] },
    ])
  })

  test('no usage unless asked for', async () => {
    const { post } = await start()
    const events = await eventsOf(await post('/v1/completions', { ...ask, stream: true }))
    for (const event of events) expect(event).not.toHaveProperty('usage')
  })

  test('include_usage gives a last event without choices', async () => {
    const { post } = await start()
    const body = { ...ask, stream: true, stream_options: { include_usage: true } }
    const events = await eventsOf(await post('/v1/completions', body))
    expect(events).toHaveLength(4)
    expect(events[0]).toMatchObject({ usage: null })
    expect(events[3]).toMatchObject({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 } })
  })

  test('continuous_usage_stats counts in each event', async () => {
    const { post } = await start()
    const body = { ...ask, stream: true, stream_options: { include_usage: true, continuous_usage_stats: true } }
    const events = (await eventsOf(await post('/v1/completions', body))) as { usage: { completion_tokens: number } }[]
    expect(events.map((event) => event.usage.completion_tokens)).toEqual([1, 2, 3, 3])
  })

  test('a token inside a character is an event with empty text', async () => {
    const { post } = await start({ output: '€!' })
    const events = await eventsOf(await post('/v1/completions', { ...ask, max_tokens: 4, stream: true }))
    expect(events).toMatchObject(['', '', '€', '!'].map((text) => ({ choices: [{ text }] })))
  })

  test('a prompt of token ids is taken as it is', async () => {
    const { post, engine } = await start()
    const response = await post('/v1/completions', { ...ask, prompt: [5, 6, 7, 8] })
    expect(await response.json()).toMatchObject({ usage: { prompt_tokens: 4 } })
    expect(engine.steps[0]?.[0]?.tokens).toEqual([5, 6, 7, 8])
  })

  test('a prompt of text begins with the begin token', async () => {
    const { post, engine } = await start()
    await post('/v1/completions', ask)
    expect(engine.steps[0]?.[0]?.tokens).toEqual([beginToken, 104, 105])
  })

  test('an end token ends with "stop"; ignore_eos goes on', async () => {
    const { post } = await start({ output: [97, endToken, 98] })
    expect(await (await post('/v1/completions', ask)).json()).toMatchObject({
      choices: [{ text: 'a', finish_reason: 'stop' }],
      usage: { completion_tokens: 2 },
    })
    expect(await (await post('/v1/completions', { ...ask, ignore_eos: true })).json()).toMatchObject({
      choices: [{ text: 'ab', finish_reason: 'length' }],
      usage: { completion_tokens: 3 },
    })
  })

  test('a stop string ends the text before it', async () => {
    const { post } = await start({ output: 'abcdefgh' })
    const response = await post('/v1/completions', { ...ask, max_tokens: 20, stop: ['x', 'de'] })
    expect(await response.json()).toMatchObject({
      choices: [{ text: 'abc', finish_reason: 'stop' }],
      usage: { completion_tokens: 5 },
    })
  })

  test('without max_tokens 16 come', async () => {
    const { post } = await start()
    expect(await (await post('/v1/completions', { prompt: 'x' })).json()).toMatchObject({
      usage: { completion_tokens: 16 },
    })
  })

  test('sampling parameters reach the engine', async () => {
    const { post, engine } = await start()
    await post('/v1/completions', { ...ask, temperature: 0.5, top_p: 0.8, top_k: -1, seed: 9 })
    expect(engine.started[0]?.sampling).toEqual({ temperature: 0.5, topP: 0.8, topK: 0, seed: 9 })
  })

  test('without sampling parameters temperature and top_p are 1, and each request draws a seed', async () => {
    const { post, engine } = await start()
    await post('/v1/completions', ask)
    await post('/v1/completions', ask)
    const [first, second] = engine.started.map(({ sampling }) => sampling)
    expect(first).toMatchObject({ temperature: 1, topP: 1, topK: 40 })
    expect(first?.seed).not.toBe(second?.seed)
  })

  test('the request id comes back in header and body', async () => {
    const { post } = await start()
    const response = await post('/v1/completions', ask, { headers: { 'x-request-id': 'mine' } })
    expect(response.headers.get('x-request-id')).toBe('mine')
    expect(await response.json()).toMatchObject({ id: 'cmpl-mine' })
  })

  test('prompt + max_tokens may fill the context exactly', async () => {
    const { post } = await start({ maxModelLength: 10 })
    expect((await post('/v1/completions', { ...ask, max_tokens: 7 })).status).toBe(200)
  })
})

describe('chat', () => {
  test('a whole answer has a message', async () => {
    const { post } = await start({ output: 'abc' })
    expect(await (await post('/v1/chat/completions', askChat)).json()).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/) as string,
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'abc' }, finish_reason: 'length' }],
      usage: { completion_tokens: 3 },
    })
  })

  test('a stream begins with the role, which is no token', async () => {
    const { post } = await start({ output: 'abc' })
    const events = await eventsOf(await post('/v1/chat/completions', { ...askChat, stream: true }))
    expect(events).toMatchObject([
      {
        object: 'chat.completion.chunk',
        choices: [{ delta: { role: 'assistant', content: '' }, finish_reason: null }],
      },
      { choices: [{ delta: { content: 'a' }, finish_reason: null }] },
      { choices: [{ delta: { content: 'b' }, finish_reason: null }] },
      { choices: [{ delta: { content: 'c' }, finish_reason: 'length' }] },
    ])
  })

  test('the prompt is one line a message, then "assistant:"', async () => {
    const { post, engine } = await start()
    const messages = [
      { role: 'system', content: 'be kind' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'h' },
          { type: 'text', text: 'i' },
        ],
      },
    ]
    await post('/v1/chat/completions', { messages, max_tokens: 1 })
    const tokens = engine.steps[0]?.[0]?.tokens ?? []
    expect(engine.detokenize(tokens, [])).toBe('system: be kind\nuser: hi\nassistant:')
  })

  test('without max_tokens the answer may fill the context', async () => {
    const { post } = await start({ maxModelLength: 40 })
    const { max_tokens: _, ...open } = askChat
    expect(await (await post('/v1/chat/completions', open)).json()).toMatchObject({ usage: { total_tokens: 40 } })
  })

  test('max_completion_tokens is taken', async () => {
    const { post } = await start()
    const { max_tokens: _, ...open } = askChat
    const response = await post('/v1/chat/completions', { ...open, max_completion_tokens: 2 })
    expect(await response.json()).toMatchObject({ usage: { completion_tokens: 2 } })
  })
})

describe('refusals', () => {
  const overflow =
    "This model's maximum context length is 10 tokens. However, you requested 11 tokens (3 in the prompt, 8 in the completion). " +
    'Please reduce the length of the prompt or completion.'

  test.each<[unknown, number, string | null, string | null, RegExp | string]>([
    ['{', 400, null, null, /^The request body is not valid JSON/],
    [[], 400, null, null, 'The request body must be a JSON object.'],
    [{}, 400, 'prompt', null, 'you must provide a prompt parameter'],
    [{ prompt: 3 }, 400, 'prompt', null, /^prompt: must be a string/],
    [{ prompt: ['a', 'b'] }, 400, 'prompt', null, /one prompt a request$/],
    [{ prompt: [] }, 400, 'prompt', null, /^prompt: /],
    [{ prompt: [258] }, 400, 'prompt', null, 'Token id 258 is out of vocabulary.'],
    [{ ...ask, model: 'other' }, 404, 'model', 'model_not_found', 'The model `other` does not exist.'],
    [{ ...ask, max_tokens: 8 }, 400, 'max_tokens', 'context_length_exceeded', overflow],
    [
      { ...ask, prompt: 'much too long' },
      400,
      'prompt',
      'context_length_exceeded',
      /maximum context length is 10 tokens/,
    ],
    [{ ...ask, max_tokens: 0 }, 400, 'max_tokens', null, /^max_tokens: /],
    [{ ...ask, max_tokens: '3' }, 400, 'max_tokens', null, /^max_tokens: .*expected number, received string/],
    [
      { ...ask, min_tokens: 4 },
      400,
      'min_tokens',
      null,
      'min_tokens must be less than or equal to max_tokens=3, got 4.',
    ],
    [{ ...ask, temperature: -1 }, 400, 'temperature', null, /^temperature: /],
    [{ ...ask, top_p: 0 }, 400, 'top_p', null, /^top_p: /],
    [{ ...ask, stream: 'yes' }, 400, 'stream', null, /^stream: /],
    [
      { ...ask, stream_options: {} },
      400,
      'stream_options',
      null,
      'Stream options can only be defined when `stream=True`.',
    ],
    [{ ...ask, stop: [''] }, 400, 'stop.0', null, /^stop\.0: /],
    [{ ...ask, n: 2 }, 400, 'n', null, 'n: is not supported here; leave it out or give 1'],
    [{ ...ask, echo: true }, 400, 'echo', null, /^echo: is not supported here/],
    [{ ...ask, logprobs: 1 }, 400, 'logprobs', null, /^logprobs: is not supported here/],
    [{ ...ask, presence_penalty: 1 }, 400, 'presence_penalty', null, /^presence_penalty: is not supported here/],
    [{ ...ask, tools: [{}] }, 400, 'tools', null, 'tools: is not supported here; leave it out'],
    [
      { ...ask, response_format: { type: 'json_object' } },
      400,
      'response_format.type',
      null,
      /only "text" is supported$/,
    ],
  ])('%j: %i', async (body, status, param, code, message) => {
    const { post } = await start({ maxModelLength: 10 })
    const response = await post('/v1/completions', body)
    expect(response.status).toBe(status)
    const { error } = (await response.json()) as ErrorBody
    expect(error).toEqual({ message: error.message, type: 'invalid_request_error', param, code })
    expect(error.message).toMatch(message)
  })

  test.each([
    [{}, 'messages', 'you must provide a messages parameter'],
    [{ messages: [] }, 'messages', /^messages: /],
    [{ messages: [{ role: 'user', content: 3 }] }, 'messages.0.content', /^messages\.0\.content: must be a string/],
  ])('chat: %j', async (body, param, message) => {
    const { post } = await start()
    const response = await post('/v1/chat/completions', body)
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as ErrorBody
    expect(error).toMatchObject({ param })
    expect(error.message).toMatch(message)
  })

  test('neutral values of what is not supported are taken', async () => {
    const { post } = await start()
    const neutral = {
      n: 1,
      best_of: 1,
      echo: false,
      logprobs: null,
      suffix: '',
      presence_penalty: 0,
      logit_bias: {},
      tools: [],
    }
    expect((await post('/v1/completions', { ...ask, ...neutral, unknown_key: 1 })).status).toBe(200)
  })

  test('an unknown path is 404', async () => {
    const { post } = await start()
    const response = await post('/v1/embeddings', {})
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { message: 'Unknown request URL: POST /v1/embeddings.' } })
  })

  test('a body that is too large is 413', async () => {
    const { post } = await start()
    expect((await post('/v1/completions', 'x'.repeat(33 * 1024 * 1024))).status).toBe(413)
  })

  test('with a key, /v1 asks for it and /health does not', async () => {
    const { post, origin } = await start({ apiKey: 'secret' })
    const refused = await post('/v1/completions', ask)
    expect(refused.status).toBe(401)
    expect(await refused.json()).toMatchObject({ error: { code: 'invalid_api_key' } })
    expect((await post('/v1/completions', ask, { headers: { authorization: 'Bearer secrex' } })).status).toBe(401)
    expect((await post('/v1/completions', ask, { headers: { authorization: 'Bearer secret' } })).status).toBe(200)
    expect((await fetch(`${origin}/health`)).status).toBe(200)
  })

  test('an engine that fails is 500, or an error event in a stream', async () => {
    const { post } = await start({ stepError: new Error('decode failed') })
    const error = { message: 'decode failed', type: 'server_error', param: null, code: null }
    const whole = await post('/v1/completions', ask)
    expect([whole.status, await whole.json()]).toEqual([500, { error }])
    const stream = await post('/v1/completions', { ...ask, stream: true })
    expect([stream.status, await eventsOf(stream)]).toEqual([200, [{ error }]])
  })
})

describe('clients that leave', () => {
  test('a stream that is cut gives its slot to the next request', async () => {
    const { post, origin, engine } = await start({ slots: 1, stepMilliseconds: 2, maxModelLength: 100_000 })
    const abort = new AbortController()
    const response = await post(
      '/v1/completions',
      { ...ask, max_tokens: 90_000, stream: true },
      { signal: abort.signal },
    )
    await response.body?.getReader().read()
    abort.abort()
    expect((await post('/v1/completions', ask)).status).toBe(200)
    expect(engine.steps.length).toBeLessThan(90_000)
    expect(await metricsOf(origin)).toMatchObject({ 'servemark_requests_finished_total{reason="abort"}': 1 })
  })

  test('a client that leaves the queue is forgotten', async () => {
    const { post, origin, engine } = await start({ slots: 1, stepMilliseconds: 2, maxModelLength: 100_000 })
    const [first, queued] = [new AbortController(), new AbortController()]
    const body = { ...ask, max_tokens: 90_000, stream: true }
    await post('/v1/completions', body, { signal: first.signal })
    await post('/v1/completions', body, { signal: queued.signal })
    expect(await metricsOf(origin)).toMatchObject({ servemark_requests_running: 1, servemark_requests_waiting: 1 })
    queued.abort()
    await vi.waitFor(async () => expect(await metricsOf(origin)).toMatchObject({ servemark_requests_waiting: 0 }))
    first.abort()
    await vi.waitFor(async () => expect(await metricsOf(origin)).toMatchObject({ servemark_requests_running: 0 }))
    expect(engine.started).toHaveLength(1)
  })
})

describe('the other routes', () => {
  test.each(['/health', '/v1/models'])('%s is 503 until the model is loaded', async (path) => {
    const { server, origin } = await start({ loading: true })
    const early = await fetch(origin + path)
    expect(early.status).toBe(503)
    expect(await early.json()).toMatchObject({ error: { message: 'Loading model', type: 'unavailable_error' } })
    server.ready(new FakeEngine(), {})
    expect((await fetch(origin + path)).status).toBe(200)
  })

  test('a completion while loading is 503', async () => {
    const { post } = await start({ loading: true })
    expect((await post('/v1/completions', ask)).status).toBe(503)
  })

  test('/health is 500 once the engine is broken', async () => {
    const { post, origin } = await start({ releaseError: new Error('stuck') })
    await post('/v1/completions', ask)
    await vi.waitFor(async () => expect((await fetch(`${origin}/health`)).status).toBe(500))
  })

  test('/v1/models lists the model with its limit', async () => {
    const { origin } = await start({ maxModelLength: 123 })
    expect(await (await fetch(`${origin}/v1/models`)).json()).toMatchObject({
      object: 'list',
      data: [{ id: 'test/model', object: 'model', max_model_len: 123 }],
    })
  })

  test('/version tells version and engine', async () => {
    const { origin } = await start()
    expect(await (await fetch(`${origin}/version`)).json()).toEqual({ version: '1.2.3', engine: 'fake' })
  })

  test('/tokenize counts as a prompt is counted', async () => {
    const { post } = await start()
    const response = await post('/tokenize', { prompt: 'hi' })
    expect(await response.json()).toEqual({ count: 3, max_model_len: 1000, tokens: [beginToken, 104, 105] })
  })

  test('/tokenize without special tokens, and with a wrong prompt', async () => {
    const { post } = await start()
    const plain = await post('/tokenize', { prompt: 'hi', add_special_tokens: false })
    expect(await plain.json()).toMatchObject({ count: 2, tokens: [104, 105] })
    expect((await post('/tokenize', { prompt: 1 })).status).toBe(400)
  })

  test('/metrics counts requests, tokens and latencies', async () => {
    const { post, origin } = await start()
    await (await post('/v1/completions', ask)).text()
    await (await post('/v1/completions', ask)).text()
    expect(await metricsOf(origin)).toMatchObject({
      servemark_requests_running: 0,
      servemark_requests_waiting: 0,
      servemark_prompt_tokens_total: 6,
      servemark_generation_tokens_total: 6,
      servemark_steps_total: 6,
      servemark_step_sequences_total: 6,
      'servemark_requests_finished_total{reason="length"}': 2,
      servemark_time_to_first_token_seconds_count: 2,
      'servemark_time_to_first_token_seconds_bucket{le="+Inf"}': 2,
      servemark_e2e_request_latency_seconds_count: 2,
    })
  })
})
