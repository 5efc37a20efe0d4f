import { expect, test } from 'vitest'
import { plannedRequest, testPlan } from '../testing/plan.ts'
import { batchOf, headOf, incoming } from './plan-batches.ts'

const plan = {
  ...testPlan(1, { count: 300 }),
  warmup: [3, 1_000_000, 4].map((length, item) => ({ ...plannedRequest(item), body: 'x'.repeat(length) })),
}

test('every request arrives once, in order, however long', async () => {
  const { warmup, requests } = incoming(headOf(plan), async (list, from) => batchOf(plan[list], from))
  expect([warmup.length, requests.length]).toEqual([3, 300])
  expect(await all(warmup)).toEqual(plan.warmup)
  expect(await all(requests)).toEqual(plan.requests)
})

async function all<T>(list: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of list) items.push(item)
  return items
}

test('a batch ends with the request that fills it', () => {
  expect(batchOf(plan.warmup, 0).map(({ item }) => item)).toEqual([0, 1])
  expect(batchOf(plan.requests, 0).length).toBeLessThan(100)
  expect(batchOf([], 0)).toEqual([])
})

test('the head of a plan holds no request', () => {
  const head = headOf(plan)
  expect(head).not.toHaveProperty('requests')
  expect(head).not.toHaveProperty('warmup')
  expect(head.seed).toBe(plan.seed)
})
