import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStub, type Stub } from '../stub.ts'
import { exchange, generationRequest, type Exchange } from '../testing/raw-client.ts'
import { faults, parseFault, type FaultInput } from './index.ts'

const itlMs = 4
let stub: Stub
beforeAll(async () => {
  stub = await startStub({ schedule: { kind: 'fixed', ttftMs: 10, itlMs } })
})
afterAll(() => stub.close())

interface Variation {
  readonly chat?: boolean
  readonly body?: object
}

/** A stream of 12 tokens with usage, on a connection of its own, with these faults. */
function stream(faults: readonly FaultInput[], { chat = false, body = {} }: Variation = {}): Promise<Exchange> {
  const content = chat ? { messages: [{ role: 'user', content: 'one two' }] } : { prompt: 'one two' }
  const request = {
    ...content,
    max_tokens: 12,
    stream: true,
    stream_options: { include_usage: true },
    stub: { faults },
    ...body,
  }
  return exchange(stub.port, generationRequest(request, chat ? '/v1/chat/completions' : '/v1/completions'))
}

const texts = ({ json }: Exchange) =>
  json.flatMap(({ choices }) => choices?.[0]?.text ?? choices?.[0]?.delta?.content ?? [])
const finishes = ({ json }: Exchange) => json.flatMap(({ choices }) => choices?.[0]?.finish_reason ?? [])
const usage = ({ json }: Exchange) => json.findLast((event) => event['usage'])?.['usage']
const terminated = ({ chunkSizes }: Exchange) => chunkSizes.at(-1) === 0
const lastRequest = async () => (await stub.log()).requests.at(-1)

test('without a fault: 12 tokens, a finish reason, usage, [DONE], a clean end', async () => {
  const reply = await stream([])
  expect(texts(reply)).toHaveLength(12)
  expect(finishes(reply)).toEqual(['length'])
  expect(usage(reply)).toMatchObject({ prompt_tokens: 2, completion_tokens: 12 })
  expect(reply.events.at(-1)).toBe('[DONE]')
  expect(terminated(reply)).toBe(true)
  expect(reply.ended).toBe('open')
})

describe('endings', () => {
  test('reset: RST after n tokens', async () => {
    const reply = await stream([{ kind: 'reset' }])
    expect(reply.ended).toBe('reset')
    expect(texts(reply)).toHaveLength(10)
    expect((await lastRequest())?.ended).toBe('reset')
  })

  test('cut: FIN after n tokens, the body unfinished', async () => {
    const reply = await stream([{ kind: 'cut', afterTokens: 3 }])
    expect(reply.ended).toBe('closed')
    expect(texts(reply)).toHaveLength(3)
    expect(terminated(reply)).toBe(false)
  })

  test('cut before the first token: headers alone', async () => {
    const reply = await stream([{ kind: 'cut', afterTokens: 0 }])
    expect([reply.status, reply.ended, reply.body]).toEqual([200, 'closed', ''])
  })

  test('cut of a JSON body: fewer bytes than its length says', async () => {
    const reply = await stream([{ kind: 'cut' }], { body: { stream: false, stream_options: undefined } })
    expect(reply.ended).toBe('closed')
    const promised = Number(/content-length: (\d+)/.exec(reply.headers)?.[1])
    expect(reply.body.length).toBeGreaterThan(0)
    expect(reply.body.length).toBeLessThan(promised)
  })

  test('hang: nothing after n tokens, the connection open', async () => {
    const reply = await stream([{ kind: 'hang', afterTokens: 2 }])
    expect([reply.ended, texts(reply).length, terminated(reply)]).toEqual(['open', 2, false])
  })

  test('errorEvent: an error object after n tokens, then [DONE] and a clean end', async () => {
    const reply = await stream([{ kind: 'errorEvent', message: 'boom' }])
    expect(texts(reply)).toHaveLength(10)
    expect(reply.json.at(-1)?.['error']).toMatchObject({ message: 'boom', code: 500 })
    expect(reply.events.at(-1)).toBe('[DONE]')
    expect(finishes(reply)).toEqual([])
    expect(terminated(reply)).toBe(true)
  })

  test('noDone: all but [DONE]', async () => {
    const reply = await stream([{ kind: 'noDone' }])
    expect(reply.events).not.toContain('[DONE]')
    expect(finishes(reply)).toEqual(['length'])
    expect(terminated(reply)).toBe(true)
  })

  test.each([true, false])('noFinish: a clean end without a finish reason, [DONE] %s', async (done) => {
    const reply = await stream([{ kind: 'noFinish', done }])
    expect(texts(reply)).toHaveLength(10)
    expect(finishes(reply)).toEqual([])
    expect(reply.events.includes('[DONE]')).toBe(done)
    expect(terminated(reply)).toBe(true)
  })

  test('noFinish after the last token: everything but the reason', async () => {
    const reply = await stream([{ kind: 'noFinish', afterTokens: 12 }])
    expect([texts(reply).length, finishes(reply)]).toEqual([12, []])
  })

  test('finish: another reason', async () => {
    expect(finishes(await stream([{ kind: 'finish', reason: 'abort' }]))).toEqual(['abort'])
  })

  test('separateFinish: the reason in an event without text', async () => {
    const { json } = await stream([{ kind: 'separateFinish' }], { chat: true })
    expect(json.at(-2)?.choices?.[0]).toMatchObject({ delta: {}, finish_reason: 'length' })
    expect(json.at(-3)?.choices?.[0]?.finish_reason).toBe(null)
  })

  test.each([true, false])('closeAfterReply: a whole reply, then a close, announced %s', async (announced) => {
    const reply = await stream([{ kind: 'closeAfterReply', announced }])
    expect(terminated(reply)).toBe(true)
    expect(reply.headers.includes('connection: close')).toBe(announced)
    expect(reply.ended).toBe('closed')
  })
})

describe('refusals', () => {
  test('status: 503 with an error body', async () => {
    const reply = await stream([{ kind: 'status' }])
    expect(reply.status).toBe(503)
    expect(JSON.parse(reply.body).error).toMatchObject({ type: 'server_error', code: 503 })
  })

  test('redirect: 302 with a location', async () => {
    const reply = await stream([{ kind: 'redirect', location: '/x' }])
    expect(reply.status).toBe(302)
    expect(reply.headers).toContain('location: /x')
  })

  test('garbage: no HTTP, then a close', async () => {
    const reply = await stream([{ kind: 'garbage' }])
    expect([reply.status, reply.ended]).toEqual([null, 'closed'])
    expect(reply.text).toContain('not HTTP')
  })

  test('silence: no byte', async () => {
    const reply = await stream([{ kind: 'silence' }])
    expect([reply.text, reply.ended]).toEqual(['', 'open'])
  })

  test('headersOnly: headers, then nothing', async () => {
    const reply = await stream([{ kind: 'headersOnly' }])
    expect([reply.status, reply.body, reply.ended]).toEqual([200, '', 'open'])
  })
})

describe('pace', () => {
  const gaps = async () => {
    const sent = (await lastRequest())?.chunks.sentNs ?? []
    return sent.slice(1).map((at, i) => (at - (sent[i] as number)) / 1e6)
  }

  test('stall: one long gap before token n, the whole stream later', async () => {
    await stream([{ kind: 'stall', atToken: 5, seconds: 0.1 }])
    const between = await gaps()
    // The token before may have left late, which makes the gap shorter.
    expect(between[4]).toBeGreaterThanOrEqual(60)
    const chunks = (await lastRequest())?.chunks
    const due = chunks?.dueNs.slice(0, 12).map((at) => Math.round((at - (chunks.dueNs[0] as number)) / 1e6))
    expect(due).toEqual([0, 4, 8, 12, 16, 120, 124, 128, 132, 136, 140, 144])
  })

  test('earlyRole: the role so much before the first token, never before the request', async () => {
    await stream([{ kind: 'earlyRole', ms: 6 }], { chat: true })
    const near = await lastRequest()
    expect((near?.chunks.dueNs[1] as number) - (near?.chunks.dueNs[0] as number)).toBeCloseTo(6e6, -1)
    await stream([{ kind: 'earlyRole', ms: 500 }], { chat: true })
    const far = await lastRequest()
    expect(far?.chunks.dueNs[0]).toBe(far?.receivedNs)
  })

  test('pings: comments between the events', async () => {
    const reply = await stream([{ kind: 'pings', every: 4 }])
    expect(reply.body.match(/^: keep-alive\n\n/gm)).toHaveLength(4)
    expect(texts(reply)).toHaveLength(12)
  })
})

describe('shape', () => {
  test('tokensPerChunk: two words in each event', async () => {
    const reply = await stream([{ kind: 'tokensPerChunk' }])
    expect(texts(reply).map((text: string) => text.trim().split(' ').length)).toEqual([2, 2, 2, 2, 2, 2])
    expect(usage(reply)).toMatchObject({ completion_tokens: 12 })
  })

  test('coalesce: four events in one write', async () => {
    const reply = await stream([{ kind: 'coalesce' }])
    expect(texts(reply)).toHaveLength(12)
    expect(reply.chunkSizes).toHaveLength(6)
  })

  test('oneChunk: the whole text in one event, when the last token is due', async () => {
    const reply = await stream([{ kind: 'oneChunk' }])
    expect(texts(reply)).toHaveLength(1)
    expect(usage(reply)).toMatchObject({ completion_tokens: 12 })
    const entry = await lastRequest()
    expect((entry?.chunks.dueNs[0] as number) - (entry?.receivedNs as number)).toBeCloseTo((10 + 11 * itlMs) * 1e6, -2)
  })

  test('plainJson: a JSON body though a stream was asked for', async () => {
    const reply = await stream([{ kind: 'plainJson' }])
    expect(reply.headers).toContain('content-type: application/json')
    expect(JSON.parse(reply.body).choices[0].finish_reason).toBe('length')
  })

  test('crlf: events end with CRLF CRLF', async () => {
    const reply = await stream([{ kind: 'crlf' }])
    expect(reply.body.match(/\r\n\r\n/g)).toHaveLength(14)
    expect(reply.body.replaceAll('\r\n', '')).not.toContain('\n')
  })

  test('lateHeaders: the headers leave with the first event', async () => {
    await stream([{ kind: 'lateHeaders' }])
    const entry = await lastRequest()
    expect(entry?.headersNs).toBe(entry?.chunks.sentNs[0])
    await stream([])
    const plain = await lastRequest()
    expect(plain?.headersNs).toBeLessThan(plain?.chunks.sentNs[0] as number)
  })
})

describe('content', () => {
  test('noUsage: none, though it was asked for', async () => {
    const running = { stream_options: { include_usage: true, continuous_usage_stats: true } }
    expect(usage(await stream([{ kind: 'noUsage' }], { body: running }))).toBe(undefined)
    expect(usage(await stream([], { body: running }))).toBeDefined()
  })

  test('short: fewer tokens than asked under `length`', async () => {
    const reply = await stream([{ kind: 'short', by: 3 }])
    expect(usage(reply)).toMatchObject({ completion_tokens: 9 })
    expect(finishes(reply)).toEqual(['length'])
  })

  test('clamp: at most so many under `length`', async () => {
    const reply = await stream([{ kind: 'clamp', maxTokens: 5 }])
    expect([texts(reply).length, finishes(reply)]).toEqual([5, ['length']])
  })

  test('stop: ends by itself', async () => {
    const reply = await stream([{ kind: 'stop', tokens: 5 }])
    expect([texts(reply).length, finishes(reply)]).toEqual([5, ['stop']])
  })

  test('reasoning: the first tokens are reasoning deltas, and counted', async () => {
    const reply = await stream([{ kind: 'reasoning', tokens: 4 }], { chat: true })
    const reasoning = reply.json.flatMap(({ choices }) => choices?.[0]?.delta?.reasoning_content ?? [])
    expect(reasoning).toHaveLength(4)
    expect(usage(reply)?.['completion_tokens_details']).toEqual({ reasoning_tokens: 4 })
  })

  test('toolCall: deltas of arguments and finish reason `tool_calls`', async () => {
    const reply = await stream([{ kind: 'toolCall' }], { chat: true })
    const calls = reply.json.flatMap(({ choices }) => choices?.[0]?.delta?.tool_calls ?? [])
    expect(calls).toHaveLength(12)
    expect(calls[0]?.function.arguments).toBe('time')
    expect(finishes(reply)).toEqual(['tool_calls'])
  })

  test('emptyText: tokens without text that running usage counts', async () => {
    const running = { stream_options: { include_usage: true, continuous_usage_stats: true } }
    const reply = await stream([{ kind: 'emptyText' }], { body: running })
    expect(texts(reply).filter((text) => text === '')).toHaveLength(6)
    expect(reply.json.slice(0, 3).map((event) => event.usage?.['completion_tokens'])).toEqual([1, 2, 3])
  })

  test('badEvent: data that is not JSON', async () => {
    const reply = await stream([{ kind: 'badEvent', afterTokens: 2 }])
    expect(reply.events[2]).toBe('{"id":"cut in the mid')
    expect(texts(reply)).toHaveLength(12)
  })
})

describe('asking for faults', () => {
  test('by header', async () => {
    const request = generationRequest({ prompt: 'a' }, '/v1/completions', { 'x-stub-fault': 'status:code=418' })
    expect((await exchange(stub.port, request)).status).toBe(418)
  })

  test('on every n-th request, by option', async () => {
    const fault = { kind: 'status', code: 500 } as const
    await using own = await startStub({
      schedule: { kind: 'fixed', ttftMs: 0, itlMs: 0 },
      faults: [{ fault, every: 3 }],
    })
    const statuses: unknown[] = []
    for (let i = 0; i < 7; i++) statuses.push((await exchange(own.port, generationRequest({ prompt: 'a' }))).status)
    expect(statuses).toEqual([200, 200, 500, 200, 200, 500, 200])
  })

  test('several together', async () => {
    const reply = await stream([{ kind: 'tokensPerChunk' }, { kind: 'crlf' }, { kind: 'noDone' }])
    expect(texts(reply)).toHaveLength(6)
    expect(reply.body).toContain('\r\n\r\n')
    expect(reply.events).not.toContain('[DONE]')
  })
})

describe('parseFault', () => {
  test('a name alone takes its defaults', () => {
    expect(parseFault('stall')).toEqual({ kind: 'stall', atToken: 10, seconds: 5 })
  })

  test('settings follow a colon; kebab case will do', () => {
    expect(parseFault('error-event:after-tokens=3,done=false,message=a=b')).toEqual({
      kind: 'errorEvent',
      afterTokens: 3,
      message: 'a=b',
      done: false,
    })
  })

  test('an unknown name lists the known ones', () => {
    expect(() => parseFault('nope')).toThrow(`There are: ${Object.keys(faults).join(', ')}`)
  })

  test('an unknown setting lists the known ones', () => {
    expect(() => parseFault('stall:x=1')).toThrow('It takes: atToken, seconds')
  })

  test('each fault is registered under its own name', () => {
    for (const [name, fault] of Object.entries(faults)) expect(fault.schema.shape.kind.value).toBe(name)
  })
})
