import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Carried } from '../backend.ts'
import { createDecoder } from './openai-decoder.ts'
import { sseEvents } from './sse-text.ts'

type Route = 'completions' | 'chat'
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')

function decodeStream(route: Route, text: string): Carried[] {
  const decoder = createDecoder({ route, stream: true })
  return sseEvents(text).map((event) => decoder.decode(event))
}
const recorded = (route: Route, name: string) => decodeStream(route, fixture(`${name}.sse`))
const recordedReply = (route: Route, name: string) =>
  createDecoder({ route, stream: false }).decode({ event: null, data: fixture(`${name}.txt`) })
const stream = (route: Route, ...payloads: readonly unknown[]) =>
  decodeStream(route, payloads.map((payload) => `data: ${JSON.stringify(payload)}\n\n`).join(''))
const one = (route: Route, payload: unknown) => stream(route, payload)[0]

const texts = (carried: readonly Carried[]) => carried.map((one) => one.text ?? '').join('')
const tokens = (carried: readonly Carried[]) => carried.map((one) => one.tokens)
const finish = (carried: readonly Carried[]) => carried.flatMap((one) => one.finishReason ?? [])
const usages = (carried: readonly Carried[]) => carried.flatMap((one) => one.usage ?? [])

describe('vLLM, recorded', () => {
  test('running usage gives the tokens of each chunk, and the closing usage none', () => {
    const carried = recorded('completions', 'vllm-completions-continuous')
    expect(tokens(carried)).toEqual([...Array<number>(12).fill(1), undefined, undefined])
    expect(texts(carried)).toBe(` topmostrent${'link'.repeat(10)}`)
    expect(finish(carried)).toEqual(['length'])
    expect(usages(carried).at(-1)).toEqual({
      promptTokens: 64,
      outputTokens: 12,
      cachedTokens: null,
      reasoningTokens: null,
    })
    expect(carried.at(-1)).toEqual({ end: true })
  })

  test('token ids give the tokens of each chunk', () => {
    const carried = recorded('completions', 'vllm-completions-token-ids')
    expect(tokens(carried)).toEqual([...Array<number>(12).fill(1), undefined, undefined])
    expect(usages(carried)).toHaveLength(1)
  })

  test('the end-of-sequence token has no text but is a token', () => {
    const carried = recorded('completions', 'vllm-completions-eos')
    const last = carried.find((one) => one.finishReason !== undefined)
    expect(last).toMatchObject({ finishReason: 'stop', tokens: 1 })
    expect(last?.text).toBeUndefined()
    const counted = tokens(carried).reduce<number>((sum, one) => sum + (one ?? 0), 0)
    expect(counted).toBe(usages(carried).at(-1)?.outputTokens)
  })

  test('chunks of several tokens tell how many', () => {
    const carried = recorded('completions', 'vllm-completions-interval4')
    expect(tokens(carried).filter((one) => one !== undefined)).toEqual([1, 4, 4, 4])
  })

  test('without ids and running usage the tokens of a chunk are unknown', () => {
    const carried = recorded('chat', 'vllm-chat-usage')
    expect(new Set(tokens(carried))).toEqual(new Set([undefined]))
    expect(carried[0]).toMatchObject({ role: true })
    expect(carried[0]?.text).toBeUndefined()
    expect(usages(carried)).toEqual([{ promptTokens: 6, outputTokens: 8, cachedTokens: null, reasoningTokens: null }])
  })

  test('the role chunk of a chat brings no token', () => {
    const carried = recorded('chat', 'vllm-chat-continuous-ids')
    expect(carried[0]?.role).toBe(true)
    expect(carried[0]?.tokens ?? 0).toBe(0)
    const counted = tokens(carried).reduce<number>((sum, one) => sum + (one ?? 0), 0)
    expect(counted).toBe(usages(carried).at(-1)?.outputTokens)
  })

  test('cached tokens come with the closing usage', () => {
    expect(usages(recorded('completions', 'vllm-completions-cached')).at(-1)).toMatchObject({ cachedTokens: 896 })
  })

  test('of two interleaved choices only the first counts', () => {
    const carried = recorded('completions', 'vllm-completions-n2')
    expect(texts(carried)).toBe('mat priorderingMeory')
    expect(finish(carried)).toEqual(['length'])
    expect(tokens(carried).filter((one) => one !== undefined)).toEqual([1, 1, 1, 1, 1])
  })

  test('an error event in the stream is an error, though [DONE] follows', () => {
    const carried = recorded('completions', 'vllm-completions-engine-killed')
    expect(carried.at(-2)).toEqual({
      error: 'EngineCore encountered an issue. See stack trace (above) for the root cause.',
    })
    expect(carried.at(-1)).toEqual({ end: true })
    expect(finish(carried)).toEqual([])
  })

  test('an aborted stream says so in its finish reason', () => {
    expect(finish(recorded('completions', 'vllm-completions-abort'))).toEqual(['abort'])
  })

  test('an unstreamed completion carries all at once', () => {
    expect(recordedReply('completions', 'vllm-completions-unary')).toEqual({
      text: ` topmostrent${'link'.repeat(10)}`,
      finishReason: 'length',
      tokens: 12,
      usage: { promptTokens: 64, outputTokens: 12, cachedTokens: null, reasoningTokens: null },
      model: 'tiny',
      requestId: 'cmpl-b373a51f1c9c406f',
    })
  })

  test('an unstreamed chat carries role and text', () => {
    expect(recordedReply('chat', 'vllm-chat-unary')).toMatchObject({
      role: true,
      text: 'ad tuples[save tuplessave tuplessave',
      finishReason: 'length',
      tokens: 8,
    })
  })
})

describe('SGLang, recorded', () => {
  test('usage null is no usage', () => {
    const carried = recorded('completions', 'sglang-completions')
    expect(texts(carried)).toBe('LALApp')
    expect(usages(carried)).toEqual([{ promptTokens: 4, outputTokens: 4, cachedTokens: null, reasoningTokens: 0 }])
    expect(tokens(carried).every((one) => one === undefined)).toBe(true)
  })
  test('running usage is honoured', () => {
    expect(tokens(recorded('completions', 'sglang-completions-continuous'))).toEqual([1, 1, undefined, undefined])
  })
  test('null reasoning_content is no reasoning', () => {
    const carried = recorded('chat', 'sglang-chat')
    expect(texts(carried)).toBe('tokenize'.repeat(3))
    expect(carried.some((one) => one.reasoning !== undefined)).toBe(false)
    expect(finish(carried)).toEqual(['length'])
  })
})

describe('llama-server, recorded', () => {
  test('usage on the last, empty chunk is a total and not its tokens', () => {
    const carried = recorded('completions', 'llama-server-completions')
    const last = carried.at(-2)
    expect(last).toMatchObject({ finishReason: 'length', usage: { outputTokens: 5, cachedTokens: 1 } })
    expect(last?.tokens).toBeUndefined()
    expect(JSON.parse(last?.timings ?? '{}')).toMatchObject({ prompt_n: 5, predicted_n: 5, predicted_ms: 83.707 })
  })
  test('the role chunk has null content', () => {
    const carried = recorded('chat', 'llama-server-chat')
    expect(carried[0]).toMatchObject({ role: true, model: 'gemma-270m' })
    expect(carried[0]?.text).toBeUndefined()
    expect(texts(carried)).toBe('Say hi<|')
  })
  test('an unstreamed reply has timings', () => {
    const carried = recordedReply('completions', 'llama-server-completions-unary')
    expect(JSON.parse(carried.timings ?? '{}')).toMatchObject({ predicted_n: 3 })
  })
})

describe('llama-cpp-python and transformers, recorded', () => {
  test('a stream that another request cut has [DONE] but no finish reason', () => {
    const carried = recorded('completions', 'llama-cpp-python-cut')
    expect(carried.at(-1)).toEqual({ end: true })
    expect(finish(carried)).toEqual([])
  })
  test('llama-cpp-python streams no usage', () => {
    const carried = recorded('completions', 'llama-cpp-python-completions')
    expect(texts(carried)).toBe(' the capital of France')
    expect(usages(carried)).toEqual([])
    expect(finish(carried)).toEqual(['length'])
  })
  test('a chat that ends at once carries a role and a finish', () => {
    expect(recorded('chat', 'llama-cpp-python-chat').slice(0, 2)).toMatchObject([
      { role: true },
      { finishReason: 'stop' },
    ])
  })
  test.each([
    ['completions', 'transformers-completions', 'LALAppplay', 5],
    ['chat', 'transformers-chat', 'tokenize'.repeat(6), 6],
  ] as const)('transformers %s ends with finish and usage, and no end mark', (route, name, text, outputTokens) => {
    const carried = recorded(route, name)
    expect(texts(carried)).toBe(text)
    expect(carried.at(-1)).toMatchObject({ finishReason: 'length', usage: { outputTokens } })
    expect(carried.some((one) => one.end)).toBe(false)
    expect(carried.at(-1)?.tokens).toBeUndefined()
  })
})

describe('shapes', () => {
  const delta = (delta: unknown, more: object = {}) => ({ choices: [{ index: 0, delta, ...more }] })

  test.each([
    ['reasoning_content', { reasoning_content: 'hm' }, { reasoning: 'hm' }],
    ['reasoning', { reasoning: 'so' }, { reasoning: 'so' }],
    ['refusal', { refusal: 'no' }, { text: 'no' }],
    ['content parts', { content: [{ type: 'text', text: 'a' }, 'b'] }, { text: 'ab' }],
    ['a tool call', { tool_calls: [{ index: 0, function: { name: 'f', arguments: '{"x"' } }] }, { toolCall: 'f{"x"' }],
    ['a function call', { function_call: { arguments: ':1}' } }, { toolCall: ':1}' }],
    ['an empty list of tool calls', { tool_calls: [], content: 'x' }, { text: 'x' }],
    ['role and text at once', { role: 'assistant', content: 'x' }, { role: true, text: 'x' }],
  ])('%s', (_, payload, expected) => {
    expect(one('chat', delta(payload))).toEqual(expected)
  })

  test('an empty finish reason is none', () => {
    expect(one('completions', { choices: [{ index: 0, text: 'a', finish_reason: '' }] })).toEqual({ text: 'a' })
    expect(one('completions', { choices: [{ index: 0, text: 'a', finish_reason: 'eos_token' }] })).toEqual({
      text: 'a',
      finishReason: 'eos_token',
    })
  })

  test('reasoning tokens are read from the details', () => {
    const usage = {
      prompt_tokens: 7,
      completion_tokens: 9,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 5 },
    }
    expect(one('chat', { choices: [], usage })?.usage).toEqual({
      promptTokens: 7,
      outputTokens: 9,
      cachedTokens: 0,
      reasoningTokens: 5,
    })
  })

  test('running usage with several tokens a chunk gives the differences', () => {
    const chunk = (completion_tokens: number) => ({
      choices: [{ index: 0, text: 'x' }],
      usage: { prompt_tokens: 3, completion_tokens },
    })
    expect(tokens(stream('completions', chunk(2), chunk(7), chunk(7)))).toEqual([2, 5, 0])
  })

  test('running usage that falls back counts no token twice', () => {
    const chunk = (completion_tokens: number) => ({
      ...delta({ content: 'a' }),
      usage: { prompt_tokens: 3, completion_tokens },
    })
    expect(tokens(stream('chat', chunk(5), chunk(2), chunk(6)))).toEqual([5, 0, 1])
  })

  test.each([-5, 7.5, 1e300, '8'])('%s tokens is no count', (completion_tokens) => {
    const usage = { prompt_tokens: 3, completion_tokens }
    expect(one('chat', { choices: [], usage })?.usage).toMatchObject({ promptTokens: 3, outputTokens: null })
  })

  test('0 and 8 tokens are counts', () => {
    const of = (completion_tokens: number) =>
      one('chat', { choices: [], usage: { prompt_tokens: 3, completion_tokens } })?.usage?.outputTokens
    expect([of(0), of(8)]).toEqual([0, 8])
  })

  test('a whole answer in one chunk brings all its tokens', () => {
    const chunk = { ...delta({ content: 'abc' }, { finish_reason: 'stop' }), usage: { completion_tokens: 4 } }
    expect(one('chat', chunk)?.tokens).toBe(4)
  })

  test('id and model are told when they are new', () => {
    const chunk = (id: string) => ({ id, model: 'm', ...delta({ content: 'x' }) })
    expect(stream('chat', chunk('a'), chunk('a'), chunk('b')).map((c) => [c.requestId, c.model])).toEqual([
      ['a', 'm'],
      [undefined, undefined],
      ['b', undefined],
    ])
  })

  test.each([
    ['an object', { error: { message: 'boom', code: 500 } }, 'boom'],
    ['a string', { error: 'queue full' }, 'queue full'],
    ['the flat form', { object: 'error', message: 'too long', code: 400 }, 'too long'],
    ['an object without message', { error: { code: 7 } }, '{"code":7}'],
    ['a detail', { detail: 'no' }, 'no'],
  ])('an error as %s', (_, payload, error) => {
    expect(one('completions', payload)).toEqual({ error })
  })

  test('error null is no error', () => {
    expect(one('completions', { error: null, choices: [{ index: 0, text: 'a' }] })).toEqual({ text: 'a' })
  })

  test('an event of type error may hold plain text', () => {
    const decoder = createDecoder({ route: 'chat', stream: true })
    expect(decoder.decode({ event: 'error', data: 'engine is gone' })).toEqual({ error: 'engine is gone' })
    expect(decoder.decode({ event: 'error', data: '{"message":"full"}' })).toEqual({ error: 'full' })
  })

  test('blanks around the data do not matter', () => {
    const decoder = createDecoder({ route: 'chat', stream: true })
    expect(decoder.decode({ event: null, data: '{"choices":[{"delta":{"content":" a "}}]} ' })).toEqual({ text: ' a ' })
    expect(decoder.decode({ event: null, data: ' [DONE] ' })).toEqual({ end: true })
    expect(decoder.decode({ event: null, data: '' })).toEqual({})
  })

  test.each([
    ['{"choices":[', 'not JSON: {"choices":['],
    ['<html>', 'not JSON: <html>'],
    ['"text"', 'not a JSON object: "text"'],
    ['[1]', 'not a JSON object: [1]'],
  ])('data %s is refused', (data, message) => {
    const decoder = createDecoder({ route: 'chat', stream: true })
    expect(() => decoder.decode({ event: null, data })).toThrow(message)
  })

  test('an unstreamed reply without choices is refused', () => {
    const decoder = createDecoder({ route: 'chat', stream: false })
    expect(() => decoder.decode({ event: null, data: '{"id":"x"}' })).toThrow('reply without choices: {"id":"x"}')
  })
})
