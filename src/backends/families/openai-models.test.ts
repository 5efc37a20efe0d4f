import { describe, expect, test } from 'vitest'
import { failure, lists, probe } from './testing/probed-server.ts'

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
      `openai: ${status} from /v1/models: "no". Is --base-url right? A server without that list needs --model NAME`,
    )
  })
  test('an endless name is refused', async () => {
    expect((await probe({ models: lists({ id: 'm'.repeat(256) }) })).model).toHaveLength(256)
    expect(await failure({ models: lists({ id: 'm'.repeat(257) }) })).toBe(
      'openai: /v1/models names a model in 257 characters; at most 256 are taken. Is it an inference server? Check --base-url',
    )
  })
  test('names that would steer a terminal', async () => {
    expect(await failure({ models: lists({ id: 'a\u001B[2J' }, { id: 'b\u202E' }) })).toBe(
      String.raw`openai: the server has 2 models: a\x1B[2J, b\u202E. Choose one: --model NAME`,
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
