import { connect, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { fastgen } from '../../../backends/fastgen.ts'
import { turnOf } from '../../../backends/testing/drive.ts'
import type { Target } from '../../../backends/backend.ts'
import { parseFault as parse } from '../../../stub/faults/index.ts'
import type { StubOptions } from '../../../stub/options.ts'
import { startStub, type Stub } from '../../../stub/stub.ts'
import type { LoadPlan } from '../../plan.ts'
import { runLoad } from '../../run-load.ts'
import { testPlan } from '../../testing/plan.ts'

async function stubOf(options: StubOptions = {}): Promise<Stub> {
  const stub = await startStub({ wire: 'fastgen', schedule: { kind: 'fixed', ttftMs: 5, itlMs: 2 }, ...options })
  onTestFinished(() => stub.close())
  return stub
}

interface Load extends Partial<LoadPlan> {
  readonly count?: number
  readonly clients?: number
  readonly tokens?: number
  readonly stream?: boolean
  readonly extraBody?: Record<string, unknown>
}

function planFor(url: string, { tokens = 4, stream = true, extraBody = {}, count = 1, ...changes }: Load): LoadPlan {
  const target: Target = {
    backendId: 'fastgen',
    endpoints: [{ url }],
    model: 'm',
    route: 'completions',
    stream,
    headers: {},
    extraBody,
    sampling: { temperature: 1, topP: 0.9, seed: 1 },
  }
  const plan = testPlan(1, { count, ...changes })
  return {
    ...plan,
    endpoints: target.endpoints,
    wire: fastgen.wire(target),
    decoder: { module: fastgen.decoderModule, options: { route: 'completions', stream } },
    success: fastgen.success,
    requests: plan.requests.map((request, item) => ({
      ...request,
      ...fastgen.request(turnOf(tokens, item), target, {} as never),
    })),
  }
}

const limits = { connect: 5, firstByte: 5, idle: 5, total: 10 }

test.each([true, false])('answers arrive whole (stream %s)', async (stream) => {
  const stub = await stubOf()
  const { requests, chunks, text } = await runLoad(planFor(stub.url, { stream, count: 3 }))
  expect(requests.error).toEqual([null, null, null])
  expect(requests.outcome).toEqual(['ok', 'ok', 'ok'])
  expect(requests.serverOutputTokens).toEqual([4, 4, 4])
  expect(Buffer.from(text).toString().slice(0, requests.textEnd[0]!)).toBe('time is what a')
  expect(chunks.length).toBe(stream ? 15 : 3)
  expect([...chunks.carriesToken].filter(Boolean)).toHaveLength(stream ? 12 : 3)
})

test('a client keeps its connection, whose opening is no part of a request', async () => {
  const stub = await stubOf()
  const { requests } = await runLoad(planFor(stub.url, { count: 6, clients: 2 }))
  expect(new Set(requests.connection).size).toBe(2)
  expect(requests.reused.filter(Boolean)).toHaveLength(4)
  expect(requests.connect.filter((connect) => connect !== null)).toHaveLength(2)
})

test('times are in order, and bytes are counted on the socket', async () => {
  const stub = await stubOf()
  const { requests, batches, chunks } = await runLoad(planFor(stub.url, { tokens: 20 }))
  const order = [
    requests.writeStart[0]!,
    requests.writeDone[0]!,
    requests.firstByte[0]!,
    requests.firstToken[0]!,
    requests.lastToken[0]!,
    requests.closed[0]!,
  ]
  expect(order).toEqual([...order].sort((a, b) => a - b))
  expect(requests.bytesIn[0]).toBeGreaterThan(requests.bytesOut[0]!)
  const times = new Set(batches.time)
  expect([...chunks.time].every((time) => times.has(time))).toBe(true)
})

test.each<[string, Load & { fault?: string }, readonly [string, RegExp]]>([
  [
    'a status before any message',
    { fault: 'status:code=503' },
    ['http_error', /^UNAVAILABLE: The server is overloaded/],
  ],
  [
    'an error in the stream',
    { fault: 'errorEvent:afterTokens=2' },
    ['stream_error', /^UNKNOWN: EngineCore encountered/],
  ],
  ['a reset connection', { fault: 'reset:afterTokens=2' }, ['connection_error', /^read ECONNRESET (within|before)/]],
  ['a connection that ends', { fault: 'cut:afterTokens=2' }, ['connection_error', /^the connection was closed within/]],
  [
    'a stream without its last message',
    { fault: 'noFinish' },
    ['truncated', /^the reply ended without a finish reason$/],
  ],
  ['no answer', { fault: 'silence', limits: { ...limits, firstByte: 0.1 } }, ['timeout', /^first byte limit of 0.1 s/]],
  [
    'a stream that stops',
    { fault: 'hang:afterTokens=2', limits: { ...limits, idle: 0.1 } },
    ['stalled', /^idle limit/],
  ],
  ['bytes that are no HTTP/2', { fault: 'garbage' }, ['connection_error', /./]],
  [
    "the server's own refusal, at its heart",
    { stream: false, extraBody: { temperature: 0 } },
    ['http_error', /^UNKNOWN: 1 validation error for GenerateParamsConfig temperature Input should be greater than 0/],
  ],
])('%s', async (_, { fault, ...load }, [outcome, error]) => {
  const { requests } = await runLoad(
    planFor((await stubOf(fault === undefined ? {} : { faults: [{ fault: parse(fault), every: 1 }] })).url, load),
  )
  expect([requests.outcome[0], requests.error[0]]).toEqual([outcome, expect.stringMatching(error)])
})

test('a timed-out request is cancelled at the server, and the next one goes over a new connection', async () => {
  const stub = await stubOf({ faults: [{ fault: parse('hang:afterTokens=1'), every: 2 }] })
  const { requests } = await runLoad(planFor(stub.url, { count: 3, limits: { ...limits, idle: 0.1 } }))
  expect(requests.outcome).toEqual(['ok', 'stalled', 'ok'])
  expect(requests.connection).toEqual([0, 0, 1])
  expect((await stub.log()).requests.map(({ ended }) => ended)).toEqual(['complete', 'left', 'complete'])
})

test('nobody listens', async () => {
  const { requests } = await runLoad(planFor('grpc://127.0.0.1:1', {}))
  expect(requests.outcome).toEqual(['connection_error'])
  expect(requests.error[0]).toBe('connect ECONNREFUSED 127.0.0.1:1')
})

test('something listens that says nothing', async () => {
  const server = createServer((socket) => onTestFinished(() => void socket.destroy())).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const { requests } = await runLoad(planFor(`grpc://127.0.0.1:${port}`, { limits: { ...limits, connect: 0.2 } }))
  expect(requests.outcome).toEqual(['connection_error'])
  expect(requests.error[0]).toBe('connect limit of 0.2 s reached')
})

test('the answers are the same when the bytes come one at a time', async () => {
  const stub = await stubOf()
  const relay = createServer((client) => {
    const server = connect(stub.port, '127.0.0.1')
    client.pipe(server)
    server.on('data', (bytes) => {
      for (const byte of bytes) client.write(Buffer.from([byte]))
    })
    server.on('close', () => client.destroy())
    client.on('close', () => server.destroy())
    for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  onTestFinished(() => void relay.close())
  const { port } = relay.address() as AddressInfo
  const [direct, slow] = [
    await runLoad(planFor(stub.url, { count: 2 })),
    await runLoad(planFor(`grpc://127.0.0.1:${port}`, { count: 2 })),
  ]
  expect(slow.requests.outcome).toEqual(['ok', 'ok'])
  expect(Buffer.from(slow.text).toString()).toBe(Buffer.from(direct.text).toString())
  expect(slow.chunks.tokens).toEqual(direct.chunks.tokens)
})

test('a prompt of 5 MB passes', async () => {
  const stub = await stubOf()
  const plan = planFor(stub.url, {})
  const body = JSON.stringify({ request: ['x'.repeat(5_000_000)], query_kwargs: { max_new_tokens: { ivalue: 2 } } })
  const { requests } = await runLoad({ ...plan, requests: plan.requests.map((request) => ({ ...request, body })) })
  expect(requests.outcome).toEqual(['ok'])
  expect(requests.bytesOut[0]).toBeGreaterThan(5_000_000)
})

test('an abort ends what is in flight', async () => {
  const stub = await stubOf({ schedule: { kind: 'fixed', ttftMs: 20, itlMs: 1000 } })
  const controller = new AbortController()
  const running = runLoad(planFor(stub.url, {}), { signal: controller.signal })
  while ((await stub.log()).requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  controller.abort()
  const { requests, ending } = await running
  expect(ending).toBe('aborted')
  expect(requests.outcome).toEqual(['cancelled'])
})

test.each(['http://h:1', 'grpc://h', 'nonsense'])('an address that is none: %s', async (url) => {
  await expect(runLoad(planFor(url, {}))).rejects.toThrow(`"${url}" is not an address for gRPC`)
})
