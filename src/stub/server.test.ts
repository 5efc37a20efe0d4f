import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStub, type Stub } from './stub.ts'
import { exchange, generationRequest, type Exchange } from './testing/raw-client.ts'
import type { StubOptions } from './options.ts'

const ask = { prompt: 'one two three', max_tokens: 4 }
const quick = { kind: 'fixed', ttftMs: 2, itlMs: 1 } as const

const get = (port: number, path: string, headers = '') =>
  exchange(port, `GET ${path} HTTP/1.1\r\nhost: stub\r\n${headers}\r\n`)
const body = (reply: Exchange) => JSON.parse(reply.body)

async function withStub<T>(options: StubOptions, use: (stub: Stub) => Promise<T>): Promise<T> {
  await using stub = await startStub({ schedule: quick, ...options })
  return await use(stub)
}

describe('one stub', () => {
  let stub: Stub
  beforeAll(async () => {
    stub = await startStub({ schedule: quick, maxModelLength: 100, cachedTokens: 2 })
  })
  afterAll(() => stub.close())

  test('/health answers 200', async () => {
    expect((await get(stub.port, '/health')).status).toBe(200)
  })

  test('/v1/models lists the model and its limit', async () => {
    expect(body(await get(stub.port, '/v1/models')).data).toMatchObject([{ id: 'stub', max_model_len: 100 }])
  })

  test('an unknown path is 404, a wrong method 405', async () => {
    expect((await get(stub.port, '/v2')).status).toBe(404)
    expect((await get(stub.port, '/v1/completions')).status).toBe(405)
  })

  test('completions without a stream: text, finish reason, usage', async () => {
    const reply = body(await exchange(stub.port, generationRequest(ask)))
    expect(reply.choices).toEqual([{ index: 0, text: 'time is what a', logprobs: null, finish_reason: 'length' }])
    expect(reply.usage).toEqual({
      prompt_tokens: 3,
      total_tokens: 7,
      completion_tokens: 4,
      prompt_tokens_details: { cached_tokens: 2 },
    })
  })

  test('chat without a stream: a message', async () => {
    const chat = {
      messages: [{ role: 'user', content: [{ type: 'text', text: 'one two' }] }],
      max_completion_tokens: 2,
    }
    const reply = body(await exchange(stub.port, generationRequest(chat, '/v1/chat/completions')))
    expect(reply.object).toBe('chat.completion')
    expect(reply.choices[0].message).toEqual({ role: 'assistant', content: 'time is' })
    expect(reply.usage.prompt_tokens).toBe(2)
  })

  test('a stream carries usage only when asked, and running usage only when asked', async () => {
    const usages = async (stream_options?: object) => {
      const { json } = await exchange(stub.port, generationRequest({ ...ask, stream: true, stream_options }))
      return json.map(({ usage }) => usage?.completion_tokens)
    }
    expect(await usages()).toEqual([undefined, undefined, undefined, undefined])
    expect(await usages({ include_usage: true })).toEqual([undefined, undefined, undefined, undefined, 4])
    expect(await usages({ include_usage: true, continuous_usage_stats: true })).toEqual([1, 2, 3, 4, 4])
  })

  test('a stream goes in chunks, and to a client of HTTP/1.0 as it is, to the end of the connection', async () => {
    const text = generationRequest({ ...ask, stream: true })
    const [one, zero] = [
      await exchange(stub.port, text),
      await exchange(stub.port, text.replace('HTTP/1.1', 'HTTP/1.0')),
    ]
    expect(one.headers).toMatch(/transfer-encoding: chunked/)
    expect(zero.headers).not.toMatch(/transfer-encoding/)
    expect(zero.headers).toMatch(/connection: close/)
    const texts = ({ json }: Exchange) => json.map(({ choices }) => choices?.[0]?.text)
    expect(texts(zero)).toEqual(texts(one))
  })

  test('the request id comes back in the chunks', async () => {
    const request = generationRequest({ ...ask, stream: true }, '/v1/completions', { 'x-request-id': 'r-17' })
    expect((await exchange(stub.port, request)).json[0]?.['id']).toBe('cmpl-r-17')
  })

  test('more than the context holds is 400 context_length_exceeded', async () => {
    const reply = await exchange(stub.port, generationRequest({ ...ask, max_tokens: 98 }))
    expect(reply.status).toBe(400)
    expect(body(reply).error).toMatchObject({
      code: 'context_length_exceeded',
      message: expect.stringContaining(
        "This model's maximum context length is 100 tokens. However, you requested 101 tokens",
      ),
    })
  })

  test.each([
    ['not JSON', '{', 400],
    ['an unknown model', { ...ask, model: 'nope' }, 404],
    ['no prompt', { max_tokens: 4 }, 400],
    ['no tokens', { ...ask, max_tokens: 0 }, 400],
    ['more tokens than memory holds', { ...ask, max_tokens: 1_000_001 }, 400],
    ['an unknown fault', { ...ask, stub: { faults: [{ kind: 'nope' }] } }, 400],
  ])('%s is refused', async (_, request, status) => {
    const text = typeof request === 'string' ? request : JSON.stringify(request)
    const head = `POST /v1/completions HTTP/1.1\r\nhost: stub\r\ncontent-length: ${text.length}\r\n\r\n`
    const reply = await exchange(stub.port, head + text)
    expect(reply.status).toBe(status)
    expect(typeof body(reply).error.message).toBe('string')
  })

  test('the connection closes when the client asks for it', async () => {
    const reply = await get(stub.port, '/health', 'connection: close\r\n')
    expect(reply.ended).toBe('closed')
    expect(reply.headers).toContain('connection: close')
  })

  test('bytes that are not HTTP are answered 400 and a close', async () => {
    const reply = await exchange(stub.port, 'hello\r\n\r\n')
    expect([reply.status, reply.ended]).toEqual([400, 'closed'])
  })

  test('/stub/log tells over HTTP what log() tells, and DELETE clears it', async () => {
    await exchange(stub.port, generationRequest(ask))
    expect(body(await get(stub.port, '/stub/log')).requests).toEqual((await stub.log()).requests)
    await exchange(stub.port, 'DELETE /stub/log HTTP/1.1\r\n\r\n')
    expect((await stub.log()).requests).toEqual([])
  })
})

test('/metrics counts requests, tokens and times', async () => {
  const text = await withStub({}, async (stub) => {
    await exchange(stub.port, generationRequest({ ...ask, stream: true }))
    await exchange(stub.port, generationRequest(ask))
    return (await get(stub.port, '/metrics')).body
  })
  const value = (name: string) => Number(new RegExp(`^${name}{model_name="stub"} (.*)$`, 'm').exec(text)?.[1])
  expect(value('stub_requests_total')).toBe(2)
  expect(value('stub_prompt_tokens_total')).toBe(6)
  expect(value('stub_generation_tokens_total')).toBe(8)
  expect(value('stub_time_to_first_token_seconds_count')).toBe(2)
  expect(value('stub_time_to_first_token_seconds_sum')).toBeGreaterThanOrEqual(0.007)
  expect(value('stub_e2e_request_latency_seconds_sum')).toBeGreaterThanOrEqual(0.01)
  expect(value('stub_num_requests_running')).toBe(0)
})

test('with a key, /v1 wants it and /health does not', async () => {
  await withStub({ apiKey: 'k' }, async (stub) => {
    expect((await get(stub.port, '/v1/models')).status).toBe(401)
    expect((await exchange(stub.port, generationRequest(ask))).status).toBe(401)
    expect((await get(stub.port, '/v1/models', 'authorization: Bearer k\r\n')).status).toBe(200)
    expect((await get(stub.port, '/health')).status).toBe(200)
  })
})

test.each([[[]], [['a', 'b']]])('models %j are listed as they are', async (models) => {
  const listed = await withStub({ models }, async (stub) => body(await get(stub.port, '/v1/models')).data)
  expect(listed.map(({ id }: { id: string }) => id)).toEqual(models)
})

test('before it is ready it answers 503, then 200', async () => {
  await withStub({ readyAfterMs: 300 }, async (stub) => {
    expect((await get(stub.port, '/health')).status).toBe(503)
    expect((await exchange(stub.port, generationRequest(ask))).status).toBe(503)
    await expect.poll(async () => (await get(stub.port, '/health')).status).toBe(200)
  })
})

test('overflow in the words of vLLM', async () => {
  const reply = await withStub({ maxModelLength: 5, overflowWording: 'vllm' }, (stub) =>
    exchange(stub.port, generationRequest(ask)),
  )
  expect(body(reply).error).toMatchObject({ type: 'BadRequestError', param: 'input_tokens' })
})

test.each([
  ['words', 'a  b c', 3],
  ['spaces', 'a  b c', 4],
  ['characters', 'abcdefghi', 3],
] as const)('prompt tokens by %s', async (promptTokens, prompt, count) => {
  const reply = await withStub({ promptTokens }, (stub) => exchange(stub.port, generationRequest({ ...ask, prompt })))
  expect(body(reply).usage.prompt_tokens).toBe(count)
})

test('prompt tokens by a function of the caller; ids count themselves', async () => {
  await using stub = await startStub({ schedule: quick }, (text) => text.length)
  const count = async (prompt: unknown) =>
    body(await exchange(stub.port, generationRequest({ ...ask, prompt }))).usage.prompt_tokens
  expect(await count('abcde')).toBe(5)
  expect(await count([1, 2, 3])).toBe(3)
})

test('an idle connection is closed after keepAliveMs', async () => {
  const reply = await withStub({ keepAliveMs: 100 }, (stub) => exchange(stub.port, generationRequest(ask), 2000, 2000))
  expect([reply.status, reply.ended]).toEqual([200, 'closed'])
})
