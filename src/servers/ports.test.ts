import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { acceptsConnections, addressOf, releasePorts, reservePortRange, reservePorts } from './ports.ts'

test('ports are all different, also over calls', async () => {
  const ports = (await Promise.all([reservePorts(20), reservePorts(20), reservePorts(20)])).flat()
  expect(new Set(ports).size).toBe(60)
  releasePorts(ports)
})

test('a reserved port can be listened on', async () => {
  const [port] = await reservePorts(1)
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  expect((server.address() as AddressInfo).port).toBe(port)
  expect(await acceptsConnections({ host: '127.0.0.1', port: port as number })).toBe(true)
  server.close()
})

test('nothing accepts on a port that was just reserved', async () => {
  const [port] = await reservePorts(1)
  expect(await acceptsConnections({ host: '127.0.0.1', port: port as number })).toBe(false)
})

test.each([
  ['http://127.0.0.1:8000/v1', { host: '127.0.0.1', port: 8000 }],
  ['http://[::1]:8000/health', { host: '::1', port: 8000 }],
  ['http://host/v1', { host: 'host', port: 80 }],
  ['https://host', { host: 'host', port: 443 }],
])('the address of %s', (url, address) => {
  expect(addressOf(url)).toEqual(address)
})

test('a range is of ports in a row, none of them taken or handed out', async () => {
  const first = await reservePortRange(6)
  expect(first).toEqual(first.map((_, index) => first[0]! + index))
  const more = await Promise.all([reservePortRange(6), reservePortRange(6), reservePorts(6)])
  expect(new Set([first, ...more].flat()).size).toBe(24)
  releasePorts([first, ...more].flat())
})

test('a range of one is a port', async () => {
  const ports = await reservePortRange(1)
  expect(ports).toHaveLength(1)
  releasePorts(ports)
})
