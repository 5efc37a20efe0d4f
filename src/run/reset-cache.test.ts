import { expect, test } from 'vitest'
import type { Backend } from '../backends/backend.ts'
import { backends } from '../backends/index.ts'
import { createProbeHttp } from '../backends/probe-http.ts'
import { started, targetOf } from '../backends/testing/drive.ts'
import { startAzureWire } from '../stub/wires/azure.ts'
import { startVllmWire } from '../stub/wires/vllm.ts'
import { resetCache } from './reset-cache.ts'
import { fakePrograms } from './testing/fake-programs.ts'
import { runBench } from './testing/run-bench.ts'

test('a cache that is on is emptied before each point, and the result says so', async () => {
  using programs = fakePrograms()
  const { points } = await runBench(
    { backends: [{ name: 'sglang', enableRadixCache: true }], clients: [1, 2] },
    programs.environment(),
  )
  expect(programs.recorded().filter(({ path }) => path === '/flush_cache')).toHaveLength(2)
  expect(points.map(({ file }) => file?.servemark.server.prompt_cache)).toEqual([
    { state: 'emptied', text: null },
    { state: 'emptied', text: null },
  ])
})

const http = createProbeHttp({ name: 'server', ca: [], headers: {}, timeoutSeconds: 5, answerSeconds: 5 })
const cached = { own: { enablePrefixCaching: true } }

test('a server started without a cache is not asked', async () => {
  const wire = await started(startVllmWire())
  expect(await resetCache(backends.vllm, targetOf(backends.vllm, wire), 'us', http)).toEqual({
    state: 'off',
    text: null,
  })
  expect(wire.requests).toEqual([])
})

test("somebody else's server is not touched", async () => {
  const wire = await started(startVllmWire())
  const target = targetOf(backends.vllm, wire, cached)
  expect(await resetCache(backends.vllm, target, 'others', http)).toMatchObject({ state: 'left' })
  expect(wire.requests).toEqual([])
})

test('a reset that is refused, or gets no answer, has failed', async () => {
  const wire = await started(startAzureWire())
  const target = targetOf(backends.vllm, wire, cached)
  expect(await resetCache(backends.vllm, target, 'us', http)).toEqual({
    state: 'failed',
    text: 'vllm: 404 from /reset_prefix_cache: the prefix cache was not emptied',
  })
  await wire.close()
  const { state, text } = await resetCache(backends.vllm, target, 'us', http)
  expect([state, text]).toEqual(['failed', expect.stringMatching(/was not emptied: server: nothing listens/)])
})

test.each([
  ['llama-server', 'off'],
  ['ollama', 'left'],
])('%s, which has no reset: %s', async (id, state) => {
  const wire = await started(startVllmWire())
  const backend: Backend = backends[id as 'ollama']
  expect(await resetCache(backend, targetOf(backend, wire), 'us', http)).toMatchObject({ state })
})
