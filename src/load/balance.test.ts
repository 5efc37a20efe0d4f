import { expect, test } from 'vitest'
import { createBalancer } from './balance.ts'
import { runLoad } from './run-load.ts'
import { testPlan } from './testing/plan.ts'
import { goodEvents, rawServer, sseReply } from './testing/raw-server.ts'

test('round robin takes each in turn, however long requests last', () => {
  const balancer = createBalancer('round-robin', 3)
  expect(Array.from({ length: 7 }, () => balancer.next())).toEqual([0, 1, 2, 0, 1, 2, 0])
})

test('least in flight leaves out who is still busy', () => {
  const balancer = createBalancer('least-in-flight', 3)
  expect(new Set([balancer.next(), balancer.next(), balancer.next()])).toEqual(new Set([0, 1, 2]))
  balancer.ended(1)
  expect(balancer.next()).toBe(1)
  balancer.ended(2)
  balancer.ended(2)
  expect([balancer.next(), balancer.next()]).toEqual([2, 2])
})

test('least in flight takes all in turn when one request is sent at a time', () => {
  const balancer = createBalancer('least-in-flight', 2)
  const taken = Array.from({ length: 4 }, () => {
    const endpoint = balancer.next()
    balancer.ended(endpoint)
    return endpoint
  })
  expect(taken).toEqual([0, 1, 0, 1])
})

test('threads that share a load share the turn, and what is in flight', () => {
  const words = new Int32Array(3)
  const [one, other] = [createBalancer('round-robin', 2, words), createBalancer('round-robin', 2, words)]
  expect([one.next(), other.next(), one.next(), other.next()]).toEqual([0, 1, 0, 1])
  const least = createBalancer('least-in-flight', 2, words)
  one.ended(1)
  expect([least.next(), least.next(), other.next()]).toEqual([1, 1, 0])
})

test.each([
  ['round-robin', [8, 8]],
  ['least-in-flight', [3, 13]],
] as const)(
  '%s between a slow and a fast replica: the column says where each request went',
  async (balance, shares) => {
    await using slow = await rawServer((socket) => setTimeout(() => socket.write(sseReply(goodEvents)), 80))
    await using fast = await rawServer((socket) => setTimeout(() => socket.write(sseReply(goodEvents)), 5))
    const endpoints = [slow, fast].map(({ port }) => ({ url: `http://127.0.0.1:${port}/v1` }))
    const { requests } = await runLoad(testPlan(0, { endpoints, balance, clients: 2, count: 16 }))
    expect(requests.outcome.every((outcome) => outcome === 'ok')).toBe(true)
    const counts = [0, 1].map((endpoint) => requests.endpoint.filter((each) => each === endpoint).length)
    const [toSlow] = shares
    expect(Math.abs(counts[0]! - toSlow)).toBeLessThanOrEqual(balance === 'round-robin' ? 0 : 2)
  },
)
