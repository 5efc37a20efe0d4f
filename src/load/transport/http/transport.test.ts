import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { runLoad } from '../../run-load.ts'
import { plannedRequest, testPlan } from '../../testing/plan.ts'
import { goodEvents, rawServer, sseReply } from '../../testing/raw-server.ts'

const good = sseReply(goodEvents)
const closing = sseReply(goodEvents, 'Connection: close\r\n')
const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'))

test('what is sent is the planned request, with the endpoint as host and prefix', async () => {
  await using server = await rawServer((socket) => socket.write(good))
  await runLoad(testPlan(server.port))
  const [head, body] = server.requests[0]!.text.split('\r\n\r\n')
  expect(head!.split('\r\n')).toEqual([
    'POST /v1/go HTTP/1.1',
    `Host: 127.0.0.1:${server.port}`,
    'Accept-Encoding: identity',
    'User-Agent: servemark',
    'content-type: application/json',
    'Content-Length: 10',
  ])
  expect(body).toBe('{"item":0}')
})

test('each client keeps a connection of its own', async () => {
  await using server = await rawServer((socket) => setTimeout(() => socket.write(good), 2))
  const { requests } = await runLoad(testPlan(server.port, { clients: 3, count: 12 }))
  expect(requests.outcome).toEqual(new Array(12).fill('ok'))
  expect(server.connections()).toBe(3)
})

test('connections are open before the first request', async () => {
  const order: string[] = []
  await using server = await rawServer(
    (socket) => {
      order.push('request')
      socket.write(good)
    },
    { onConnection: () => order.push('connection') },
  )
  await runLoad(testPlan(server.port, { clients: 2, count: 2 }))
  expect(order).toEqual(['connection', 'connection', 'request', 'request'])
})

test('clients go to the endpoints in turn', async () => {
  await using one = await rawServer((socket) => socket.write(good))
  await using two = await rawServer((socket) => socket.write(good))
  const endpoints = [one, two].map(({ port }) => ({ url: `http://127.0.0.1:${port}` }))
  const { requests } = await runLoad(testPlan(0, { endpoints, clients: 2, count: 2 }))
  expect(requests.endpoint).toEqual([0, 1])
  expect([one.requests.length, two.requests.length]).toEqual([1, 1])
})

test('a server that says it closes gets a new connection for each request', async () => {
  await using server = await rawServer((socket) => socket.end(closing))
  const { requests } = await runLoad(testPlan(server.port, { count: 3 }))
  expect(requests.outcome).toEqual(['ok', 'ok', 'ok'])
  expect(requests.attempts).toEqual([1, 1, 1])
  expect(requests.reused).toEqual([false, false, false])
  expect(requests.connect.every((ns) => ns !== null && ns > 0)).toBe(true)
})

test('a server that closes without a word costs one request a second send, and no connection is kept from then on', async () => {
  await using server = await rawServer((socket, _, connection) => {
    if (connection === 0) socket.end(good)
    else socket.write(good, () => socket.destroySoon())
  })
  const { requests } = await runLoad(testPlan(server.port, { count: 4 }))
  expect(requests.outcome).toEqual(['ok', 'ok', 'ok', 'ok'])
  expect(requests.attempts).toEqual([1, 2, 1, 1])
  expect(requests.reused).toEqual([false, false, false, false])
  expect(server.connections()).toBe(4)
})

test('an idle connection that was reset: sent once more on a fresh connection', async () => {
  await using server = await rawServer((socket, index) => {
    if (index === 1) socket.resetAndDestroy()
    else socket.write(good)
  })
  const { requests } = await runLoad(testPlan(server.port, { count: 2 }))
  expect(requests.outcome).toEqual(['ok', 'ok'])
  expect(requests.attempts).toEqual([1, 2])
  expect(requests.connection).toEqual([0, 1])
  expect(requests.connect[1]).toBeGreaterThan(0)
  expect(requests.writeStart[1]! + requests.connect[1]!).toBeLessThan(requests.firstByte[1]!)
})

test('a request is sent twice at most', async () => {
  await using server = await rawServer((socket) => socket.resetAndDestroy())
  const { requests } = await runLoad(testPlan(server.port))
  expect(requests.outcome).toEqual(['connection_error'])
  expect(requests.attempts).toEqual([2])
  expect(requests.error[0]).toMatch(/ECONNRESET.* before it answered/)
  expect(server.requests.length).toBe(2)
})

test('a reset after the first byte is not sent again', async () => {
  await using server = await rawServer((socket) => {
    socket.write('HTTP/1.1 200')
    setTimeout(() => socket.resetAndDestroy(), 20)
  })
  const { requests } = await runLoad(testPlan(server.port))
  expect(requests.outcome).toEqual(['connection_error'])
  expect(requests.attempts).toEqual([1])
  expect(server.requests.length).toBe(1)
})

test('a connection with bytes after the reply is not used again', async () => {
  await using server = await rawServer((socket) => socket.write(`${good}HTTP/1.1 200 OK\r\n`))
  const { requests } = await runLoad(testPlan(server.port, { count: 2 }))
  expect(requests.outcome).toEqual(['ok', 'ok'])
  expect(server.connections()).toBe(2)
})

test('an error reply leaves the connection in use', async () => {
  await using server = await rawServer((socket) => socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno'))
  const { requests } = await runLoad(testPlan(server.port, { count: 3 }))
  expect(requests.outcome).toEqual(['http_error', 'http_error', 'http_error'])
  expect(server.connections()).toBe(1)
})

test('a refused connection is recorded as one, with its cause', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const { requests } = await runLoad(testPlan(port, { count: 2 }))
  expect(requests.outcome).toEqual(['connection_error', 'connection_error'])
  expect(requests.error[0]).toBe(`connect ECONNREFUSED 127.0.0.1:${port}`)
  expect(requests.writeStart).toEqual([null, null])
})

test('a name is looked up', async () => {
  await using server = await rawServer((socket) => socket.write(good))
  const endpoints = [{ url: `http://localhost:${server.port}` }]
  const { requests } = await runLoad(testPlan(0, { endpoints }))
  expect(requests.outcome).toEqual(['ok'])
})

test.skipIf(!hasIpv6)('IPv6', async () => {
  await using server = await rawServer((socket) => socket.write(good), { host: '::1' })
  const endpoints = [{ url: `http://[::1]:${server.port}` }]
  const { requests } = await runLoad(testPlan(0, { endpoints }))
  expect(requests.outcome).toEqual(['ok'])
  expect(server.requests[0]!.text).toContain(`Host: [::1]:${server.port}`)
})

test('a large request and a large event pass whole', async () => {
  const word = 'é'.repeat(400_000)
  await using server = await rawServer((socket) =>
    socket.write(sseReply([JSON.stringify({ text: word }), '{"finishReason":"stop"}'])),
  )
  const body = 'x'.repeat(3_000_000)
  const plan = testPlan(server.port, { requests: [{ ...plannedRequest(0), body }] })
  const { requests, text } = await runLoad(plan)
  expect(requests.outcome).toEqual(['ok'])
  expect(server.requests[0]!.text.endsWith(body)).toBe(true)
  expect(Buffer.from(text).toString()).toBe(word)
  expect(requests.writeDone[0]).toBeGreaterThan(requests.writeStart[0]!)
})

describe('TLS', async () => {
  const certificate = await selfSigned()

  test.skipIf(certificate === null)('with a trusted certificate', async () => {
    await using server = await rawServer((socket) => socket.write(good), { tls: certificate! })
    const endpoints = [{ url: `https://localhost:${server.port}` }]
    const { requests } = await runLoad(testPlan(0, { endpoints, ca: [certificate!.cert], count: 2 }))
    expect(requests.outcome).toEqual(['ok', 'ok'])
    expect(requests.tls[0]).toBeGreaterThan(0)
    expect(requests.tls[1]).toBe(null)
  })

  test.skipIf(certificate === null)('by address', async () => {
    await using server = await rawServer((socket) => socket.write(good), { tls: certificate! })
    const endpoints = [{ url: `https://127.0.0.1:${server.port}` }]
    const { requests } = await runLoad(testPlan(0, { endpoints, ca: [certificate!.cert] }))
    expect(requests.outcome).toEqual(['ok'])
  })

  test.skipIf(certificate === null)('a certificate that is not in the list is refused', async () => {
    await using server = await rawServer((socket) => socket.write(good), { tls: certificate! })
    const endpoints = [{ url: `https://localhost:${server.port}` }]
    const { requests } = await runLoad(testPlan(0, { endpoints }))
    expect(requests.outcome).toEqual(['connection_error'])
    expect(requests.error[0]).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(server.requests.length).toBe(0)
  })
})

/** Made by the openssl program; null, and said aloud, where there is none. */
async function selfSigned(): Promise<{ key: string; cert: string } | null> {
  const directory = await mkdtemp(join(tmpdir(), 'servemark-tls-'))
  const key = join(directory, 'key.pem')
  const cert = join(directory, 'cert.pem')
  try {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
    const request = ['req', '-x509', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
    await promisify(execFile)('openssl', [...request, ...curve, ...subject])
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
  } catch (error) {
    console.warn(`TLS tests are skipped: openssl cannot make a certificate: ${String(error)}`)
    return null
  } finally {
    await rm(directory, { recursive: true })
  }
}
