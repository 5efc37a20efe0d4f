import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Fault } from '../stub/faults/index.ts'
import { startStub } from '../stub/stub.ts'
import type { StubOptions } from '../stub/options.ts'
import type { Target } from './backend.ts'
import { normalizeBaseUrl } from './base-url.ts'
import { fastgen } from './fastgen.ts'
import { probeFailure, probeOf } from './testing/drive.ts'

async function stubTarget(options: StubOptions = {}, more: Partial<Target> = {}): Promise<Target> {
  const stub = await startStub({ wire: 'fastgen', schedule: { kind: 'fixed', ttftMs: 1, itlMs: 1 }, ...options })
  onTestFinished(() => stub.close())
  return targetAt(stub.url, more)
}

const targetAt = (url: string, more: Partial<Target> = {}): Target => ({
  backendId: 'fastgen',
  endpoints: [{ url }],
  model: 'org/model',
  route: 'completions',
  stream: true,
  headers: {},
  extraBody: {},
  sampling: { temperature: 1, topP: 0.9, seed: 42 },
  ...more,
})

const struck = (fault: Fault): StubOptions => ({ faults: [{ fault, every: 1 }] })

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test.each([true, false])('a deployment that gives what was asked for (stream %s)', async (stream) => {
  const probe = await probeOf(fastgen, await stubTarget({}, { stream }))
  expect(probe).toMatchObject({
    model: 'org/model',
    version: null,
    capabilities: { ignoreEos: true, usage: true, continuousUsage: stream, seed: false },
    notes: [],
  })
})

test('a deployment that we started tells its versions, and who can reach it', async () => {
  const versions = { mii: '0.3.3', deepspeed: '0.19.8' }
  const status = await listening(createServer((_, response) => response.end(JSON.stringify({ versions }))))
  const { endpoints } = await stubTarget()
  const statusUrl = `http://127.0.0.1:${status}/`
  const probe = await probeOf(fastgen, targetAt('', { endpoints: [{ ...endpoints[0]!, statusUrl }] }))
  expect(probe).toMatchObject({ version: '0.3.3', identity: versions })
  expect(probe.notes).toEqual(["MII's ports are open to all networks of this host, and ask for no key"])
})

test('answers shorter than asked for are told', async () => {
  const { capabilities, notes } = await probeOf(fastgen, await stubTarget(struck({ kind: 'short', by: 3 })))
  expect(capabilities.ignoreEos).toBe(false)
  expect(notes).toEqual(['asked for 16 tokens the server gave 13 (length): answers may be shorter than asked for'])
})

test('the model must be named', async () => {
  expect(await probeFailure(fastgen, await stubTarget({}, { model: null }))).toBe(
    'fastgen: a deployment does not tell which model it serves. Give it: --model NAME',
  )
})

test.each<[Fault, RegExp]>([
  [
    { kind: 'errorEvent', afterTokens: 2, message: 'boom', done: true },
    /^fastgen: the test request failed with UNKNOWN: boom$/,
  ],
  [
    { kind: 'status', code: 503, message: 'no' },
    /^fastgen: no gRPC server answers at 127\.0\.0\.1:\d+ \(no\)\. Is it the port of MII's load balancer/,
  ],
])('a deployment that fails in the test request', async (fault, line) => {
  expect(await probeFailure(fastgen, await stubTarget(struck(fault)))).toMatch(line)
})

test('nothing listens', async () => {
  expect(await probeFailure(fastgen, targetAt('grpc://127.0.0.1:1'))).toBe(
    "fastgen: nothing listens at 127.0.0.1:1 (ECONNREFUSED). Is the deployment up? The address is its load balancer's, port 50050 by default",
  )
})

test('something else listens', async () => {
  const port = await listening(createServer((_, response) => response.end('ok')))
  expect(await probeFailure(fastgen, targetAt(`grpc://127.0.0.1:${port}`))).toMatch(
    /^fastgen: no gRPC server answers at 127\.0\.0\.1:\d+ \(.*\)\. Is it the port of MII's load balancer, not of its REST gateway\?$/,
  )
})

test.each([
  ['grpc://host:1234', 'grpc://host:1234'],
  ['host:1234', 'grpc://host:1234'],
  ['127.0.0.1', 'grpc://127.0.0.1:50050'],
  ['grpc://[::1]:9/', 'grpc://[::1]:9'],
])('the address %s', (given, url) => {
  expect(normalizeBaseUrl(given, 'grpc')).toBe(url)
})

test.each([
  ['http://host:1', '--base-url must begin with grpc:// here, not http://. Write e.g. grpc://localhost:50050'],
  ['grpc://host:1/path', '--base-url "grpc://host:1/path" is no host and port. Write e.g. grpc://localhost:50050'],
  [
    'grpc://user:secret@host:1',
    '--base-url "grpc://...@host:1" is no host and port. Write e.g. grpc://localhost:50050',
  ],
])('the address %s is refused', (given, line) => {
  expect(() => normalizeBaseUrl(given, 'grpc')).toThrow(line)
})
