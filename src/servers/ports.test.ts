import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { acceptsConnections, addressOf, releasePorts, reservePorts, reservePortsTogether } from './ports.ts'

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

test('ports that must lie together do, and are given once', async () => {
  const [near, far] = await Promise.all([reservePortsTogether([0, 1, 2, 102]), reservePortsTogether([0, 1])])
  const [first = 0] = near
  expect(near).toEqual([first, first + 1, first + 2, first + 102])
  expect(near).not.toEqual(expect.arrayContaining(far))
  releasePorts([...near, ...far])
})

test('a place where one of them is taken is left for another', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const drawn: number[] = []
  const ports = await reservePortsTogether([0, 1], () => {
    drawn.push(drawn.length === 0 ? port - 1 : 20_000 + 2 * drawn.length)
    return drawn.at(-1)!
  })
  expect(drawn.length).toBeGreaterThan(1)
  expect(ports).toEqual([drawn.at(-1)!, drawn.at(-1)! + 1])
  releasePorts(ports)
  taken.close()
})
