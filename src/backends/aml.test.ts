import { describe, expect, test } from 'vitest'
import { startAzureWire, type AzureFault, type AzureOptions } from '../stub/wires/azure.ts'
import { tokenTexts } from '../stub/wires/wire-server.ts'
import type { Target } from './backend.ts'
import { aml, createDecoder } from './aml.ts'
import { drive, probeFailure, probeOf, started, targetOf } from './testing/drive.ts'

const endpoint = async (options: AzureOptions = {}, more: Partial<Target> = {}) => {
  const wire = await started(startAzureWire(options))
  return { wire, target: targetOf(aml, wire, { stream: false, model: 'llama', ...more }) }
}
const key = { authorization: 'Bearer secret' }

test('answers come whole, with an id that Azure takes', async () => {
  const { wire, target } = await endpoint({ key: 'secret' }, { headers: key })
  const { requests, text } = await drive(aml, target, await probeOf(aml, target), [3, 5])
  expect(requests.outcome).toEqual(['ok', 'ok'])
  expect([text(0), text(1)]).toEqual([tokenTexts(3).join(''), tokenTexts(5).join('')])
  expect(requests.serverOutputTokens).toEqual([null, null])
  expect(wire.requests.at(-1)?.headers['x-ms-client-request-id']).toBe('request-1')
})

test("the scoring script's own time is kept", async () => {
  const { target } = await endpoint()
  const { requests } = await drive(aml, target, await probeOf(aml, target), [3])
  expect(requests.serverTimings).toEqual(['{"x-ms-run-fn-exec-ms":"0.234"}'])
})

test('a scoring script that streams brings its text in pieces, and its header says nothing of the whole', async () => {
  const { wire, target } = await endpoint({ streams: true }, { stream: true })
  const { requests, text, tokens } = await drive(aml, target, await probeOf(aml, target), [3])
  expect([requests.outcome[0], text(0), tokens(0).length]).toEqual(['ok', tokenTexts(3).join(''), 3])
  expect(requests.serverTimings).toEqual([null])
  expect(wire.requests.at(-1)).toMatchObject({ body: { input_data: { parameters: { max_tokens: 3, stream: true } } } })
})

test('the body is the one that the original sent', async () => {
  const { wire, target } = await endpoint()
  await drive(aml, target, await probeOf(aml, target), [8])
  expect(wire.requests.at(-1)).toMatchObject({
    method: 'POST',
    path: '/score',
    body: {
      input_data: {
        input_string: ['salt 0: tell a story'],
        parameters: { max_tokens: 8, return_full_text: false, temperature: 1, top_p: 0.9 },
      },
    },
  })
})

test.each([
  ['input_data', { input_data: ['p'], params: { max_new_tokens: 4 } }],
  ['inputs', { inputs: 'p', parameters: { max_new_tokens: 4 } }],
])('a scoring script may want the body %s', async (body, expected) => {
  const { target } = await endpoint()
  const turn = { item: 0, prompt: 'p', messages: null, outputTokens: 4, requestId: 'r'.repeat(60) }
  const request = aml.request(turn, { ...target, own: { body, path: '/predict' } }, await probeOf(aml, target))
  expect(JSON.parse(request.body)).toMatchObject(expected)
  expect(request.path).toBe('/predict')
  expect(request.headers['x-ms-client-request-id']).toHaveLength(40)
})

test('a deployment is pinned by its name', async () => {
  const { wire, target } = await endpoint({ deployments: ['blue', 'green'] }, { own: { deploymentName: 'green' } })
  const probe = await probeOf(aml, target)
  expect(wire.requests.at(-1)?.headers['azureml-model-deployment']).toBe('green')
  expect(probe.identity).toEqual({ server_version: 'azmlinfsrv/1.5.1', deployment: 'green' })
})

test('a deployment that is not there', async () => {
  const { target } = await endpoint({}, { own: { deploymentName: 'gone' } })
  expect(await probeFailure(aml, target)).toBe(
    'aml: 404: "Specified deployment could not be found": no such endpoint or deployment, or no traffic goes to one',
  )
})

test.each([
  [{}, 'aml: 401 from /score. Set SERVEMARK_API_KEY (now unset)'],
  [
    { headers: { authorization: 'Bearer wrong' } },
    'aml: 401 from /score: what the header authorization holds is refused',
  ],
  [
    { headers: key, stream: true },
    'aml: /score sends one JSON document though a stream was asked for. Use --no-stream',
  ],
  [{ headers: key, model: null }, 'aml: the endpoint does not tell its model. Name it: --model NAME'],
])('the probe ends in one line (%#)', async (more, line) => {
  const { target } = await endpoint({ key: 'secret' }, more)
  expect(await probeFailure(aml, target)).toContain(line)
})

describe('statuses', () => {
  test.each([
    [408, 'took longer than'],
    [413, 'too large'],
    [
      424,
      "the model's container answered with an error, or its reply is too large; the container's status: 500 model_error",
    ],
    [429, 'too many requests wait'],
    [500, 'the scoring script failed'],
    [502, 'crashed'],
    [503, 'no room'],
    [504, 'limit of time'],
  ] as const)('%d is told apart before the run', async (fault, words) => {
    const { target } = await endpoint({ fault })
    const line = await probeFailure(aml, target)
    expect(line).toContain(`aml: ${fault}: "`)
    expect(line).toContain(words)
  })

  test.each([408, 413, 424, 429, 503] as const)('%d is counted with its status and text', async (fault) => {
    const well = await endpoint()
    const ill = await endpoint({ fault })
    const { requests } = await drive(aml, ill.target, await probeOf(aml, well.target), [3])
    expect([requests.outcome[0], requests.httpStatus[0]]).toEqual(['http_error', fault])
    expect(requests.error[0]).toMatch(fault === 424 ? /scoring script/ : new RegExp(`played ${fault}`))
  })

  test('a status without a meaning of its own has none', () => {
    expect([aml.statusMeaning?.(200), aml.statusMeaning?.(418)]).toEqual([null, null])
  })
})

describe('status 200 with an error inside', () => {
  test.each<[AzureFault, string]>([
    ['string-error', 'Error in processing request'],
    ['list-error', 'CUDA out of memory'],
    ['empty-object', 'an empty object instead of an answer (content safety?)'],
  ])('%s', async (fault, error) => {
    const well = await endpoint()
    const ill = await endpoint({ fault })
    const { requests } = await drive(aml, ill.target, await probeOf(aml, well.target), [3])
    expect([requests.outcome[0], requests.error[0]]).toEqual(['stream_error', error])
    expect(await probeFailure(aml, ill.target)).toBe(
      `aml: the test request to /score failed under status 200: "${error}"`,
    )
  })

  test('an answer that was encoded twice is an answer', async () => {
    const { target } = await endpoint({ doubleEncoded: true })
    const { requests, text } = await drive(aml, target, await probeOf(aml, target), [3])
    expect([requests.outcome[0], text(0)]).toEqual(['ok', tokenTexts(3).join('')])
  })
})

describe('forms of answers', () => {
  const decode = (value: unknown) =>
    createDecoder({ stream: false }).decode({ event: null, data: JSON.stringify(value) })

  test.each([
    ['a list of objects', [{ '0': 'a' }], 'a'],
    ['an object', { '0': 'b' }, 'b'],
    ['a chat', { output: 'c' }, 'c'],
    ['a chat in a list', [{ output: ['d'] }], 'd'],
    ['generated text', [{ generated_text: 'e' }], 'e'],
    ['a list of texts', ['f'], 'f'],
  ])('%s', (_, value, text) => {
    expect(decode(value)).toEqual({ text, end: true })
  })

  test.each([
    ['an error in a list', [{ error: { message: 'no' } }], 'no'],
    ['a message', { message: 'An unexpected error' }, 'An unexpected error'],
    ['an empty list', [], 'an empty list instead of an answer'],
  ])('%s is an error', (_, value, error) => {
    expect(decode(value)).toEqual({ error })
  })

  test.each(['just words', 7, null, { verdict: 1 }])('%j is no answer', (value) => {
    expect(() => decode(value)).toThrow(/^(no answer|not JSON): /)
  })
})
