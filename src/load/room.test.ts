import { expect, test } from 'vitest'
import { checkRoom, readRoom, type Room } from './room.ts'
import { testPlan } from './testing/plan.ts'

const limits = `Limit                     Soft Limit           Hard Limit           Units
Max processes             95000                95000                processes
Max open files            1024                 4096                 files
`

test('what the system says is read', () => {
  const files: Record<string, string> = {
    '/proc/self/limits': limits,
    '/proc/sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
  }
  const room = readRoom(
    (path) => files[path]!,
    () => ['0', '1', '2'],
  )
  expect(room).toEqual({ files: 1024, filesOpen: 3, ports: 28232 })
})

test('a system that says nothing is no reason to stop', () => {
  const fail = (): never => {
    throw new Error('ENOENT')
  }
  const room = readRoom(fail, fail)
  expect(room).toEqual({ files: null, filesOpen: null, ports: null })
  expect(() => checkRoom(testPlan(1, { clients: 1e6 }), room)).not.toThrow()
})

const room: Room = { files: 1024, filesOpen: 30, ports: 500 }

test.each([
  ['files', 2000, { ports: null }, /^2000 connections at once need 2094 open files, .* may have 1024: ulimit -Hn 4096/],
  ['ports', 600, {}, /^600 connections to one address need as many ports, and this machine gives 500: widen/],
] as const)('too many clients for the %s of this process are told before they start', (_, clients, changes, text) => {
  expect(() => checkRoom(testPlan(1, { clients }), { ...room, ...changes })).toThrow(text)
})

test('several endpoints share what ports allow', () => {
  const endpoints = [{ url: 'http://a' }, { url: 'http://b' }]
  expect(() => checkRoom(testPlan(1, { clients: 600, endpoints }), room)).not.toThrow()
})

test('this system tells', () => {
  expect(readRoom().files).toBeGreaterThan(0)
  expect(readRoom().filesOpen).toBeGreaterThan(2)
})
