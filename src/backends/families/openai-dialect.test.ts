import { describe, expect, test } from 'vitest'
import { probe, stream, type Body } from './testing/probed-server.ts'

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
