import { describe, expect, test } from 'vitest'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { UserError } from '../../errors.ts'
import { checkLengths, probeOpenAi } from './openai-probe.ts'
import { ask, lists, probe, stream, target, type Behaviour } from './testing/probed-server.ts'

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

describe('no answer', () => {
  test('nothing listens', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await new Promise((resolve) => server.close(resolve))
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
