import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { Limits } from './plan.ts'
import { runLoad } from './run-load.ts'
import { testPlan } from './testing/plan.ts'
import { chunk, goodEvents, rawServer, sseReply } from './testing/raw-server.ts'

const none: Limits = { connect: 10, firstByte: null, idle: null, total: null }
const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const token = chunk('data: {"text":"a"}\n\n')
const rest = sseReply(goodEvents).slice(sseReply(goodEvents).indexOf('\r\n\r\n') + 4)

test('no byte within the first byte limit is a timeout', async () => {
  await using server = await rawServer(() => undefined)
  const { requests } = await runLoad(testPlan(server.port, { limits: { ...none, firstByte: 0.1 } }))
  expect(requests.outcome).toEqual(['timeout'])
  expect(requests.error).toEqual(['first byte limit of 0.1 s reached'])
  expect(requests.closed[0]! - requests.writeStart[0]!).toBeGreaterThanOrEqual(0.1e9)
})

test('a stream that goes quiet is stalled, and keeps what came', async () => {
  await using server = await rawServer((socket) => socket.write(head + token))
  const { requests, chunks } = await runLoad(testPlan(server.port, { limits: { ...none, idle: 0.1 } }))
  expect(requests.outcome).toEqual(['stalled'])
  expect(requests.error).toEqual(['idle limit of 0.1 s reached'])
  expect(chunks.length).toBe(1)
})

test('a stream that never ends reaches the total limit', async () => {
  await using server = await rawServer((socket) => {
    socket.write(head)
    const timer = setInterval(() => socket.write(token), 10)
    socket.on('close', () => clearInterval(timer))
  })
  const { requests } = await runLoad(testPlan(server.port, { limits: { ...none, idle: 10, total: 0.2 } }))
  expect(requests.outcome).toEqual(['timeout'])
  expect(requests.error).toEqual(['total limit of 0.2 s reached'])
})

test('bytes that come after a limit, but before the sweep, do not undo it', async () => {
  await using server = await rawServer((socket) => {
    socket.write(head + token)
    setTimeout(() => socket.write(rest), 1040)
  })
  const plan = testPlan(server.port, { limits: { ...none, idle: 1 } })
  const { requests } = await runLoad(plan)
  expect(requests.outcome).toEqual(['stalled'])
})

test('a TLS peer that never answers the handshake reaches the connect limit', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const endpoints = [{ url: `https://127.0.0.1:${port}` }]
  const { requests } = await runLoad(testPlan(0, { endpoints, limits: { ...none, connect: 0.1 } }))
  expect(requests.outcome).toEqual(['connection_error'])
  expect(requests.error).toEqual(['connect limit of 0.1 s reached'])
  server.close()
})

test('a request that was ended by a limit gives up its connection, and the client goes on', async () => {
  await using server = await rawServer((socket, index) => {
    if (index > 0) socket.write(sseReply(goodEvents))
  })
  const plan = testPlan(server.port, { count: 2, limits: { ...none, firstByte: 0.1 } })
  const { requests } = await runLoad(plan)
  expect(requests.outcome).toEqual(['timeout', 'ok'])
  expect(server.connections()).toBe(2)
})
