import { describe, expect, test } from 'vitest'
import { startLlamaServerWire } from '../../stub/wires/llama-server.ts'
import { startLmdeployWire } from '../../stub/wires/lmdeploy.ts'
import { startSglangWire } from '../../stub/wires/sglang.ts'
import { startTgiWire } from '../../stub/wires/tgi.ts'
import { startVllmWire } from '../../stub/wires/vllm.ts'
import type { Backend } from '../backend.ts'
import { backends } from '../index.ts'
import { createProbeHttp } from '../probe-http.ts'
import { drive, probeOf, started, targetOf } from '../testing/drive.ts'
import { counterFamilies } from './index.ts'
import { differenceOf, readCounters, type CounterReading } from './read-counters.ts'
import { sglangCounters } from './sglang.ts'
import { vllmCounters } from './vllm.ts'

const http = createProbeHttp({ name: 'test', ca: [], headers: {}, timeoutSeconds: 5, answerSeconds: 5 })
const times = { ttft_count: 2, e2e_count: 2 }

describe.each([
  ['vllm', startVllmWire, backends.vllm, { requests: 2, prompt_tokens: 22, output_tokens: 12, ...times }],
  ['sglang', startSglangWire, backends.sglang, { requests: 2, prompt_tokens: 24, output_tokens: 12, ...times }],
  ['tgi', startTgiWire, backends.tgi, { requests: 2, prompt_tokens: 18, output_tokens: 12, e2e_count: 2 }],
  [
    'llama-server',
    startLlamaServerWire,
    backends['llama-server'],
    { requests: null, prompt_tokens: 12, output_tokens: 12 },
  ],
] as const)('%s', (family, start, of, expected) => {
  const backend: Backend = of
  test.each([backend.counters ?? [], counterFamilies])('counts what was asked of it', async (...families) => {
    const wire = await started(start({}))
    const target = targetOf(backend, wire)
    const probe = await probeOf(backend, target)
    const before = await readCounters(http, target.endpoints, families)
    await drive(backend, target, probe, [3, 9])
    const found = differenceOf(before, await readCounters(http, target.endpoints, families))
    expect(found).toMatchObject({ kind: 'counted', family, path: '/metrics', insideBefore: 0, values: expected })
  })
})

test('endpoints add up', async () => {
  const wire = await started(startVllmWire())
  const target = targetOf(backends.vllm, wire)
  await drive(backends.vllm, target, await probeOf(backends.vllm, target), [5])
  const [endpoint] = target.endpoints
  const one = await readCounters(http, [endpoint!], [vllmCounters])
  const two = await readCounters(http, [endpoint!, endpoint!], [vllmCounters])
  expect(two).toMatchObject({ values: { output_tokens: 2 * tokensOf(one) } })
})

test('a server without counters says what makes it tell them', async () => {
  const wire = await started(startLmdeployWire())
  const found = await readCounters(http, [{ url: wire.url }], [sglangCounters])
  expect(found).toEqual({ kind: 'none', why: 'status 404 at /metrics: start SGLang with --enable-metrics' })
})

test('a server that is gone rejects nothing', async () => {
  const found = await readCounters(http, [{ url: 'http://127.0.0.1:9' }], [vllmCounters])
  expect(found).toMatchObject({ kind: 'none', why: expect.stringContaining('nothing listens') })
})

test('counters that go backwards are those of another server', async () => {
  const wire = await started(startVllmWire())
  const target = targetOf(backends.vllm, wire)
  const early = await readCounters(http, target.endpoints, [vllmCounters])
  await drive(backends.vllm, target, await probeOf(backends.vllm, target), [5])
  const late = await readCounters(http, target.endpoints, [vllmCounters])
  expect(differenceOf(early, late).kind).toBe('counted')
  expect(differenceOf(late, early)).toMatchObject({ kind: 'none', why: expect.stringContaining('went backwards') })
})

const tokensOf = (reading: CounterReading) => (reading.kind === 'read' ? (reading.values.output_tokens ?? 0) : 0)
