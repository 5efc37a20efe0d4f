import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rawServer } from '../load/testing/raw-server.ts'
import { aml } from './aml.ts'
import { drive, targetOf } from './testing/drive.ts'

/** Bytes that Azure ML's inference server (1.5.1) sent, read by read; with `Connection: close` it then closes. */
interface Exchange {
  readonly what: string
  readonly reads: readonly string[]
}
const exchanges = readFileSync(new URL('fixtures/azure-exchanges.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Exchange)

const capabilities = {
  ignoreEos: false,
  minTokens: false,
  usage: false,
  streamUsage: false,
  continuousUsage: false,
  lengthKey: 'max_tokens',
  seed: false,
  tokenizeUrl: null,
} as const
const probe = { model: 'm', version: null, maxModelLength: null, capabilities, identity: {}, notes: [] }

async function replay(what: string, stream: boolean, changed = (read: string) => read) {
  const exchange = exchanges.find((one) => one.what === what)
  if (!exchange) throw new Error(`no exchange "${what}"`)
  await using server = await rawServer(async (socket) => {
    for (const read of exchange.reads) {
      socket.write(Buffer.from(changed(read), 'latin1'))
      await new Promise((resolve) => setImmediate(resolve))
    }
    socket.end()
  })
  const wire = { url: `http://127.0.0.1:${server.port}`, requests: [], close: async () => {} }
  const { requests, text, tokens } = await drive(aml, targetOf(aml, wire, { stream, model: 'm' }), probe, [4])
  const [outcome, status, error, id] = [
    requests.outcome,
    requests.httpStatus,
    requests.error,
    requests.requestIdReturned,
  ]
  return {
    outcome: outcome[0],
    status: status[0],
    error: error[0],
    id: id[0],
    text: text(0),
    tokens: tokens(0),
    timings: requests.serverTimings[0],
  }
}

test('a streamed answer, an event a token', async () => {
  const { outcome, text, tokens, id, timings } = await replay('streamed', true)
  expect([outcome, text, tokens.length, timings]).toEqual(['ok', ' w0 w1 w2 w3', 4, null])
  expect(id).toBe('9acea475-c0df-4858-a2df-b1602d72f52a')
})

test('a plain answer with its id and the time of the script', async () => {
  expect(await replay('plain', false)).toMatchObject({
    outcome: 'ok',
    text: ' rests beside an old stone wall the quick',
    id: '10c1baf2-2e43-4cb2-aba9-98318704f7fa',
    timings: '{"x-ms-run-fn-exec-ms":"111.868"}',
  })
})

test("an id by Azure's own name", async () => {
  const found = await replay('plain', false, (read) => read.replace(/x-request-id: .*\r\n/, ''))
  expect(found.id).toBe('req-1')
})

test.each([408, 424, 429, 503])('status %s has a meaning and an id', async (status) => {
  const found = await replay(`status ${status}`, true)
  expect(found).toMatchObject({ outcome: 'http_error', status, error: expect.stringContaining('simulated') })
  expect(found.id).toMatch(/^[\da-f-]{36}$/)
  expect(aml.statusMeaning?.(status)).not.toBeNull()
})

test.each([
  ['a script that failed', 'http_error', 500, /unexpected error occurred in scoring script/],
  ['a scoring timeout', 'http_error', 500, /Scoring timeout after 500 ms/],
  ['a page instead of an answer', 'http_error', 500, /Internal Server Error/],
  ['a worker that died', 'connection_error', null, /before it answered/],
  ['an error as a string under 200', 'stream_error', 200, /Error in processing request/],
  ['an empty object under 200', 'stream_error', 200, /an empty object/],
])('%s: %s', async (what, outcome, status, error) => {
  expect(await replay(what, false)).toMatchObject({ outcome, status, error: expect.stringMatching(error) })
})
