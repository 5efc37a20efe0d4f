import { describe, expect, test } from 'vitest'
import { failure } from './testing/probed-server.ts'

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
  test('a redirect with letters outside ASCII, and control characters', async () => {
    const to = Buffer.from('/überall\u0085').toString('latin1')
    expect(await failure({ models: { status: 301, headers: { location: to }, body: '' } })).toBe(
      String.raw`openai: 301 from /v1/models, a redirect to /überall\x85. Redirects are not followed: give the final --base-url`,
    )
  })
  test('words that would steer a terminal', async () => {
    const body = { error: { message: 'no\u001B]0;title\u0007 \u202Etxet' } }
    expect(await failure({ generate: () => ({ status: 500, body }) })).toBe(
      String.raw`openai: 500 from /v1/completions: "no\x1B]0;title\x07 \u202Etxet"`,
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
})
