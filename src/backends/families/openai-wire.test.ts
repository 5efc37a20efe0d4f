import { describe, expect, test } from 'vitest'
import type { Capabilities, Probe, Target, Turn } from '../backend.ts'
import { openAiDecoderModule, openAiRequest, openAiWire } from './openai-wire.ts'
import * as decoder from './openai-decoder.ts'

const full: Capabilities = {
  ignoreEos: true,
  minTokens: true,
  usage: true,
  streamUsage: true,
  continuousUsage: true,
  lengthKey: 'max_tokens',
  seed: true,
  tokenizeUrl: null,
}
const bare: Capabilities = {
  ...full,
  ignoreEos: false,
  minTokens: false,
  streamUsage: false,
  continuousUsage: false,
  seed: false,
}
const probe = (capabilities: Capabilities, model = 'm'): Probe => ({
  model,
  version: null,
  maxModelLength: null,
  capabilities,
  identity: {},
  notes: [],
})
const target: Target = {
  backendId: 'openai',
  endpoints: [{ url: 'http://h/v1' }],
  model: null,
  route: 'completions',
  stream: true,
  headers: { authorization: 'Bearer k' },
  extraBody: {},
  sampling: { temperature: 1, topP: 0.9, seed: 42 },
}
const turn: Turn = { item: 0, prompt: 'Once', messages: null, outputTokens: 32, requestId: 'r-1' }
const body = (t: Turn, to: Target, capabilities: Capabilities): unknown =>
  JSON.parse(openAiRequest(t, to, probe(capabilities)).body)

describe('body', () => {
  test('a streamed completion with all keys', () => {
    expect(body(turn, target, full)).toEqual({
      model: 'm',
      prompt: 'Once',
      max_tokens: 32,
      min_tokens: 32,
      ignore_eos: true,
      temperature: 1,
      top_p: 0.9,
      seed: 42,
      stream: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
    })
  })

  test('a chat for a server that takes none of them', () => {
    const sampling = { temperature: 0, topP: 1, seed: 7 }
    const to: Target = { ...target, route: 'chat', stream: false, sampling }
    expect(
      body({ ...turn, prompt: 'Twice', outputTokens: 5 }, to, { ...bare, lengthKey: 'max_completion_tokens' }),
    ).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Twice' }],
      max_completion_tokens: 5,
      temperature: 0,
      top_p: 1,
      stream: false,
    })
  })

  test('without running usage only the closing one is asked for', () => {
    expect(body(turn, target, { ...full, continuousUsage: false })).toMatchObject({
      stream_options: { include_usage: true },
    })
  })

  test('stream options are for streams only', () => {
    expect(body(turn, { ...target, stream: false }, full)).not.toHaveProperty('stream_options')
  })

  test('messages go out as given in a chat, as their text in a completion', () => {
    const messages = [
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'Hi' },
    ]
    expect(body({ ...turn, messages }, { ...target, route: 'chat' }, full)).toMatchObject({ messages })
    expect(body({ ...turn, messages }, target, full)).not.toHaveProperty('messages')
  })

  test('the extra body wins', () => {
    const extraBody = { top_k: 5, temperature: 0.2, ignore_eos: false }
    expect(body(turn, { ...target, extraBody }, full)).toMatchObject({ ...extraBody, top_p: 0.9 })
  })
})

test('path, method and headers', () => {
  const request = openAiRequest(turn, target, probe(full))
  expect(request).toMatchObject({ method: 'POST', path: '/completions' })
  expect(request.headers).toEqual({
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'x-request-id': 'r-1',
    authorization: 'Bearer k',
  })
  const chat = openAiRequest({ ...turn, requestId: 'r-2' }, { ...target, route: 'chat', stream: false }, probe(full))
  expect(chat.path).toBe('/chat/completions')
  expect(chat.headers).toMatchObject({ accept: 'application/json', 'x-request-id': 'r-2' })
})

test('streams are framed as events, other replies as one JSON', () => {
  expect(openAiWire(target)).toEqual({ transport: 'http', framing: 'sse' })
  expect(openAiWire({ ...target, stream: false })).toEqual({ transport: 'http', framing: 'json' })
})

test('the decoder module can be imported by its name', async () => {
  const module = (await import(openAiDecoderModule)) as typeof decoder
  expect(module.createDecoder({ route: 'chat', stream: true }).decode({ event: null, data: '[DONE]' })).toEqual({
    end: true,
  })
})
