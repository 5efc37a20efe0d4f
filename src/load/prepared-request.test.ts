import { expect, test } from 'vitest'
import { bytesOf, bytesOut, giveUpBytes, prepare, type PreparedRequest } from './prepared-request.ts'
import { plannedRequest, testPlan } from './testing/plan.ts'
import { openTransport } from './transport/index.ts'

const long = { ...plannedRequest(0), body: 'ü'.repeat(200_000) }
const endpoints = ['http://127.0.0.1:1/a', 'http://localhost:2'].map((url) => ({ url }))
const plan = { ...testPlan(1, { count: 1000, endpoints }), warmup: [long, plannedRequest(1)] }

async function prepared(shared: boolean) {
  const transport = await openTransport(plan.wire, plan)
  return { transport, ...(await prepare(plan, { transport, shared, keepsBodies: false })) }
}

test.each([false, true])('each request has its own bytes for each endpoint (shared %s)', async (shared) => {
  const { transport, warmup, requests } = await prepared(shared)
  const look = (planned: typeof plan.requests, made: readonly PreparedRequest[]): void =>
    planned.forEach((each, at) => {
      transport.encode(each).forEach((bytes, endpoint) => {
        expect(bytesOf(made[at]!, endpoint).equals(bytes)).toBe(true)
        expect(bytesOut(made[at]!, endpoint)).toBe(bytes.length)
      })
      expect([made[at]!.index, made[at]!.body]).toEqual([at, ''])
    })
  look(plan.warmup, warmup)
  look(plan.requests, requests)
})

test('memory is given back once none of its requests needs it, and not before', async () => {
  const { warmup, requests } = await prepared(false)
  const { slab } = requests[0]!
  const own = [...warmup, ...requests].filter((request) => request.slab === slab)
  expect(own.length).toBeGreaterThan(100)
  const last = own.pop()!
  own.forEach(giveUpBytes)
  expect(bytesOf(last, 1).toString()).toContain(JSON.stringify({ item: last.item }))
  giveUpBytes(last)
  expect(slab.bytes.length).toBe(0)
  expect(bytesOf(warmup[0]!, 0).length).toBeGreaterThan(400_000)
})

test('shared memory stays', async () => {
  const { requests } = await prepared(true)
  const { slab } = requests[0]!
  for (const request of requests) if (request.slab === slab) giveUpBytes(request)
  expect(slab.bytes.length).toBeGreaterThan(0)
})
