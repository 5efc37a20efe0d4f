import { expect, test } from 'vitest'
import { startLlamaServerWire } from '../stub/wires/llama-server.ts'
import { startOllamaWire } from '../stub/wires/ollama.ts'
import { startSglangWire } from '../stub/wires/sglang.ts'
import { startTgiWire } from '../stub/wires/tgi.ts'
import { startTransformersWire } from '../stub/wires/transformers.ts'
import { startTrtllmWire } from '../stub/wires/trtllm.ts'
import { startVllmWire } from '../stub/wires/vllm.ts'
import { startWire, tokenTexts, type Wire } from '../stub/wires/wire-server.ts'
import type { Backend, Target } from './backend.ts'
import { type BackendId, backends } from './index.ts'
import { createProbeHttp } from './probe-http.ts'
import { drive, probeFailure, probeOf, started, targetOf } from './testing/drive.ts'

const probing = async (backend: Backend, wire: Promise<Wire>, more: Partial<Target> = {}) =>
  await probeOf(backend, targetOf(backend, await started(wire), more))
const failing = async (backend: Backend, wire: Promise<Wire>, more: Partial<Target> = {}) =>
  await probeFailure(backend, targetOf(backend, await started(wire), more))

test('context lengths come from where each server tells them', async () => {
  const lengths = await Promise.all([
    probing(backends.vllm, startVllmWire()),
    probing(backends.sglang, startSglangWire({ contextLength: 999 })),
    probing(backends['llama-server'], startLlamaServerWire({ contextLength: 512 })),
    probing(backends.tgi, startTgiWire()),
    probing(backends.ollama, startOllamaWire()),
    probing(backends.trtllm, startTrtllmWire()),
  ])
  expect(lengths.map(({ maxModelLength }) => maxModelLength)).toEqual([8192, 999, 512, 4096, 4096, null])
})

test('ollama tells its context only once the model is loaded, so the note goes', async () => {
  const { notes } = await probing(backends.ollama, startOllamaWire())
  expect(notes).toEqual([
    'Ollama keeps prompts in a cache that cannot be switched off: only prompts with new beginnings are computed in full',
    'the server cannot be made to give a fixed number of tokens: answers may be shorter than asked for',
  ])
})

test.each([
  [true, ["the server's prefix cache is on (no --disable-radix-cache)"]],
  [false, []],
])('a prefix cache of SGLang that is on is said (%s)', async (radixCache, notes) => {
  expect((await probing(backends.sglang, startSglangWire({ radixCache }))).notes).toEqual(notes)
})

test('texts that are not cumulative are read as they are', async () => {
  const wire = await started(startSglangWire({ incremental: true }))
  const target = targetOf(backends.sglang, wire)
  const { text, tokens } = await drive(backends.sglang, target, await probeOf(backends.sglang, target), [9])
  expect([text(0), tokens(0)]).toEqual([tokenTexts(9).join(''), Array<number>(9).fill(1)])
})

test('an event of llama-server with several tokens tells how many', async () => {
  const wire = await started(startLlamaServerWire({ tokensPerEvent: 3 }))
  const target = targetOf(backends['llama-server'], wire)
  const probe = await probeOf(backends['llama-server'], target)
  const { tokens, requests } = await drive(backends['llama-server'], target, probe, [8])
  expect(tokens(0)).toEqual([3, 3, 2])
  expect(requests.streamOutputTokens).toEqual([8])
})

test('a context of llama-server that runs out ends in fewer tokens, and the counts tell', async () => {
  const wire = await started(startLlamaServerWire({ contextLength: 40, promptTokens: 10 }))
  const target = targetOf(backends['llama-server'], wire)
  const probe = await probeOf(backends['llama-server'], target)
  const { requests } = await drive(backends['llama-server'], target, probe, [20, 99])
  expect(requests.outcome).toEqual(['ok', 'ok'])
  expect(requests.serverOutputTokens).toEqual([20, 30])
})

test("the server's own times are kept", async () => {
  const timed = async (backend: Backend, wire: Promise<Wire>) => {
    const target = targetOf(backend, await started(wire))
    const { requests } = await drive(backend, target, await probeOf(backend, target), [3])
    return JSON.parse(requests.serverTimings[0] ?? 'null') as unknown
  }
  expect(await timed(backends['llama-server'], startLlamaServerWire())).toMatchObject({ predicted_ms: 92.5 })
  expect(await timed(backends.sglang, startSglangWire())).toMatchObject({
    first_token_latency: 0.1,
    queue_time: 0.0005,
  })
  expect(await timed(backends.ollama, startOllamaWire())).toMatchObject({ eval_duration: 4535599000 })
})

test.each([
  [
    'sglang',
    { error: { message: 'The input is longer than the model allows.' } },
    startSglangWire({ contextLength: 20 }),
  ],
] as const)('%s refuses long prompts under status 200', async (id, { error }, wire) => {
  expect(await failing(backends[id], wire)).toBe(
    `${id}: the test request to /generate failed under status 200: "${error.message}"`,
  )
})

const elsewhere = () =>
  startWire((_, response) => {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Not Found"}')
  })

test.each([
  ['sglang', {}, 'sglang: 404 from /v1/models: "Not Found". Is --base-url right?'],
  ['sglang', { model: 'm' }, 'sglang: 404 from /generate: "Not Found". Is that server'],
  ['llama-server', { model: 'm' }, 'llama-server: 404 from /completion: "Not Found". Is that server'],
  ['tgi', {}, 'tgi: 404 from /info: "Not Found". Is that server'],
  ['ollama', {}, 'ollama: 404 from /api/tags: "Not Found". Is that server'],
  ['transformers', { model: 'm' }, 'transformers: 404 from /v1/completions: "Not Found". Is --base-url right?'],
] as const)('%s: another server ends in one line (%#)', async (id, more, line) => {
  const said = await failing(backends[id], elsewhere(), more)
  expect(said).toContain(line)
  expect(said).not.toContain('\n')
})

test.each([
  ['sglang', startSglangWire, 'sglang: the server has no model "other". It has: tiny. Use --model, or leave it out'],
  ['tgi', startTgiWire, 'tgi: the server has no model "other". It has: org/model. Use --model, or leave it out'],
  [
    'llama-server',
    startLlamaServerWire,
    'llama-server: the server has no model "other". It has: gemma-270m. Use --model, or leave it out',
  ],
  ['ollama', startOllamaWire, 'ollama: there is no model "other". It has: llama3:latest. Get it: ollama pull other'],
] as const)('%s has another model', async (id, start, line) => {
  expect(await failing(backends[id], start(), { model: 'other' })).toBe(line)
})

test.each([
  [
    'llama-server',
    startLlamaServerWire,
    'llama-server: 503 from /completion: "Loading model". The server is not ready',
  ],
  ['ollama', startOllamaWire, 'ollama: 503 from /api/generate: "server busy, please try again. maximum pending'],
  ['tgi', startTgiWire, 'tgi: the test request to /generate_stream failed under status 200: "Model is overloaded"'],
] as const)('%s is busy', async (id, start, line) => {
  expect(await failing(backends[id], start({ fault: 'busy' }))).toContain(line)
})

test('nothing listens', async () => {
  const wire = await startTgiWire()
  await wire.close()
  expect(await probeFailure(backends.tgi, targetOf(backends.tgi, wire))).toMatch(/^tgi: nothing listens at http:/)
})

test('a server of transformers must be named its model', async () => {
  const listed = await probing(backends.transformers, startTransformersWire(), { model: 'tiny-llama' })
  expect(listed.model).toBe('tiny-llama')
  expect(listed.capabilities).toMatchObject({ ignoreEos: false, minTokens: false, seed: true })
})

test.each([
  ['transformers', startTransformersWire, { model: 'm' }],
  ['trtllm', startTrtllmWire, {}],
] as const)('%s is asked at once for what its kind takes: one generation is enough', async (id, start, more) => {
  const wire = await started(start())
  await probeOf(backends[id], targetOf(backends[id], wire, more))
  expect(wire.requests.filter(({ path }) => path === '/v1/completions')).toHaveLength(1)
})

test.each([
  ['vllm', startVllmWire, '/reset_prefix_cache'],
  ['sglang', startSglangWire, '/flush_cache'],
] as const)('%s empties its prefix cache', async (id, start, path) => {
  const backend: Backend = backends[id]
  const wire = await started(start())
  const http = createProbeHttp({ name: id, ca: [], headers: {}, timeoutSeconds: 5, answerSeconds: 5 })
  expect(await backend.reset?.run(http, targetOf(backend, wire))).toBeNull()
  expect(wire.requests.map((request) => [request.method, request.path])).toEqual([['POST', path]])
  const other = await started(elsewhere())
  expect(await backend.reset?.run(http, targetOf(backend, other))).toBe(
    `${id}: 404 from ${path}: the prefix cache was not emptied`,
  )
})

test('what is known not to hold is not promised', () => {
  const without = (promise: keyof Backend['promises']) =>
    Object.values<Backend>(backends)
      .filter(({ promises }) => !promises[promise])
      .map(({ id }) => id)
  const these = (...ids: BackendId[]) => expect.arrayContaining(ids) as BackendId[]
  expect(without('exactOutputLength')).toEqual(these('openai', 'aml', 'tgi', 'ollama', 'transformers'))
  expect(without('cacheOff')).toEqual(these('openai', 'vllm-legacy', 'aml', 'ollama', 'trtllm', 'transformers'))
  expect(without('serverCounts')).toEqual(these('openai', 'vllm-legacy', 'aml'))
})
