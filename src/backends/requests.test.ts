import { expect, test } from 'vitest'
import type { Backend, Probe, Sampling, Target } from './backend.ts'
import { backends } from './index.ts'
import { turnOf } from './testing/drive.ts'

const probe: Probe = {
  model: 'served',
  version: null,
  maxModelLength: null,
  capabilities: {
    ignoreEos: false,
    minTokens: false,
    usage: true,
    streamUsage: false,
    continuousUsage: false,
    lengthKey: 'max_tokens',
    seed: false,
    tokenizeUrl: null,
  },
  identity: {},
  notes: [],
}
const target = (backend: Backend, more: Partial<Target> = {}): Target => ({
  backendId: backend.id,
  endpoints: [{ url: 'http://host' }],
  model: null,
  route: 'completions',
  stream: true,
  headers: { authorization: 'Bearer k' },
  extraBody: {},
  sampling: { temperature: 1, topP: 0.9, seed: 42 },
  ...more,
})
const asked = (backend: Backend, tokens = 7, more: Partial<Target> = {}) => {
  const { path, headers, body } = backend.request(turnOf(tokens, 3), target(backend, more), probe)
  return { path, headers, body: JSON.parse(body) as Record<string, unknown> }
}
const prompt = turnOf(7, 3).prompt
const greedy: Sampling = { temperature: 0, topP: 1, seed: 5 }

const overHttp = (backend: Backend) => backend.wire(target(backend)).transport === 'http'

test.each(Object.values<Backend>(backends).filter(overHttp))(
  "$id sends the user's headers, and a JSON body",
  (backend) => {
    expect(asked(backend).headers).toMatchObject({ authorization: 'Bearer k', 'content-type': 'application/json' })
  },
)

test('sglang', () => {
  expect(asked(backends.sglang)).toMatchObject({
    path: '/generate',
    body: {
      rid: 'request-3',
      text: prompt,
      sampling_params: {
        max_new_tokens: 7,
        min_new_tokens: 7,
        ignore_eos: true,
        temperature: 1,
        top_p: 0.9,
        top_k: -1,
        min_p: 0,
      },
      stream: true,
    },
  })
  expect(asked(backends.sglang, 9, { stream: false, sampling: greedy }).body).toMatchObject({
    sampling_params: { max_new_tokens: 9, min_new_tokens: 9, temperature: 0, top_p: 1 },
    stream: false,
  })
})

test('llama-server', () => {
  expect(asked(backends['llama-server'])).toMatchObject({
    path: '/completion',
    body: {
      prompt,
      n_predict: 7,
      ignore_eos: true,
      temperature: 1,
      top_p: 0.9,
      top_k: 0,
      min_p: 0,
      seed: 42,
      cache_prompt: false,
      stream: true,
    },
  })
})

test('tgi', () => {
  expect(asked(backends.tgi)).toMatchObject({
    path: '/generate_stream',
    body: {
      inputs: prompt,
      parameters: { max_new_tokens: 7, do_sample: true, temperature: 1, top_p: 0.9, seed: 42, details: true },
    },
  })
})

test('tgi refuses zero temperature and a share of one, so they are left out', () => {
  const { path, body } = asked(backends.tgi, 4, { stream: false, sampling: greedy })
  expect(path).toBe('/generate')
  expect(body['parameters']).toEqual({ max_new_tokens: 4, do_sample: false, seed: 5, details: true })
})

test('ollama', () => {
  expect(asked(backends.ollama)).toMatchObject({
    path: '/api/generate',
    body: {
      model: 'served',
      prompt,
      raw: true,
      stream: true,
      options: { num_predict: 7, temperature: 1, top_p: 0.9, top_k: 0, min_p: 0, repeat_penalty: 1, seed: 42 },
    },
  })
})

test('ollama has chats of its own', () => {
  const { path, body } = asked(backends.ollama, 7, { route: 'chat' })
  expect(path).toBe('/api/chat')
  expect(body).toMatchObject({ messages: [{ role: 'user', content: prompt }] })
  expect(body).not.toHaveProperty('raw')
})

test('vllm-legacy sends only keys that every version knows', () => {
  expect(asked(backends['vllm-legacy'])).toMatchObject({ path: '/generate' })
  expect(asked(backends['vllm-legacy']).body).toEqual({
    prompt,
    n: 1,
    max_tokens: 7,
    ignore_eos: true,
    temperature: 1,
    top_p: 0.9,
    stream: true,
  })
})

test('transformers forces the length by a generation config in a string', () => {
  const config = (tokens: number) => asked(backends.transformers, tokens).body['generation_config']
  expect(config(7)).toBe('{"max_new_tokens":7,"min_new_tokens":7}')
  expect(config(60)).toBe('{"max_new_tokens":60,"min_new_tokens":60}')
})

test.each(['sglang', 'tgi', 'llama-server'] as const)("%s takes chats on OpenAI's route", (id) => {
  const { path, body } = asked(backends[id], 7, { route: 'chat' })
  expect(path).toBe('/v1/chat/completions')
  expect(body['model']).toBe(id === 'tgi' ? 'tgi' : 'served')
  expect(body['messages']).toEqual([{ role: 'user', content: prompt }])
})

test('llama-server looks up no prompt of a chat either', () => {
  expect(asked(backends['llama-server'], 7, { route: 'chat' }).body['cache_prompt']).toBe(false)
})

test("the user's keys win, inside objects too", () => {
  const extraBody = { options: { top_k: 40 }, keep_alive: 60 }
  expect(asked(backends.ollama, 7, { extraBody }).body).toMatchObject({
    keep_alive: 60,
    options: { num_predict: 7, top_k: 40 },
  })
  const parameters = { input_data: { parameters: { do_sample: true } } }
  expect(asked(backends.aml, 7, { extraBody: parameters }).body).toMatchObject({
    input_data: { input_string: [prompt], parameters: { max_tokens: 7, do_sample: true } },
  })
})
