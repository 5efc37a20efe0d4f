import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Decodable } from './decode-queue.ts'
import { DecodeQueue } from './decode-queue.ts'

class Work implements Decodable {
  queued = false
  left: number
  done = 0
  constructor(left: number) {
    this.left = left
  }
  decodeOne(): boolean {
    if (this.left === 0) return false
    this.left--
    return true
  }
  decoded(): void {
    this.done++
  }
}

test('a turn of the loop decodes 16 events at most', async () => {
  const queue = new DecodeQueue()
  const work = new Work(40)
  queue.add(work)
  expect(work.left).toBe(40)
  const seen: number[] = []
  for (let turn = 0; turn < 3; turn++) {
    await nextTurn()
    seen.push(work.left)
  }
  expect(seen).toEqual([24, 8, 0])
})

test('a burst is decoded once its reads are through', async () => {
  let reads = 0
  const queue = new DecodeQueue((work) => void setImmediate(() => work(reads)))
  const work = new Work(60)
  queue.add(work)
  const seen: number[] = []
  for (reads of [30, 100, 3, 0]) {
    await nextTurn()
    seen.push(work.left)
  }
  expect(seen).toEqual([60, 60, 44, 28])
})

test('between events, what cannot wait for the end of the turn has its chance', async () => {
  const work = new Work(3)
  const seen: number[] = []
  const queue = new DecodeQueue(undefined, () => seen.push(work.left))
  queue.add(work)
  await queue.drained()
  expect(seen).toEqual([2, 1, 0])
})

test('of many requests a turn decodes a part, so that a burst without end does not pile up', async () => {
  const arrivals = 64
  const queue = new DecodeQueue((work) => void setImmediate(work, arrivals))
  const works: Work[] = []
  for (let turn = 0; turn < 300; turn++) {
    for (let count = 0; count < arrivals; count++) {
      const work = new Work(2)
      works.push(work)
      queue.add(work)
    }
    await nextTurn()
  }
  const waiting = works.filter(({ done }) => done === 0).length
  expect(waiting).toBeLessThan(2048 + arrivals * 18)
})

test('all is decoded when the queue is drained, each request once', async () => {
  const queue = new DecodeQueue()
  const works = Array.from({ length: 3000 }, (_, index) => new Work(index % 3))
  for (const work of works) queue.add(work)
  for (const work of works) queue.add(work)
  await queue.drained()
  expect(works.every(({ left, done }) => left === 0 && done === 1)).toBe(true)
})

test('a request that gets more events waits again', async () => {
  const queue = new DecodeQueue()
  const work = new Work(1)
  queue.add(work)
  await queue.drained()
  work.left = 2
  queue.add(work)
  await queue.drained()
  expect([work.left, work.done]).toEqual([0, 2])
})

test('an empty queue is drained', async () => {
  await expect(new DecodeQueue().drained()).resolves.toBeUndefined()
})
