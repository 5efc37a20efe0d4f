import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { PollBatches } from './poll-batch.ts'

/** A loop whose clock and idle time are set by hand. */
function handLoop(): { batches: PollBatches; busy: (ns: number) => void; wait: (ns: number) => void } {
  let time = 0
  let idle = 0
  const batches = new PollBatches(
    () => time,
    () => idle,
  )
  return {
    batches,
    busy: (ns) => {
      time += ns
    },
    wait: (ns) => {
      time += ns
      idle += ns
    },
  }
}

test('reads of one poll share a stamp, the next poll has its own', async () => {
  const { batches, busy } = handLoop()
  busy(5)
  expect([batches.stamp(), batches.index, batches.read]).toEqual([5, 0, 0])
  busy(7)
  expect([batches.stamp(), batches.index, batches.read]).toEqual([5, 0, 1])
  await nextTurn()
  busy(1)
  expect([batches.stamp(), batches.index, batches.read]).toEqual([13, 1, 2])
  expect([...batches.columns().reads]).toEqual([2, 1])
})

test('busy time is what the loop did not wait since the batch before', async () => {
  const { batches, busy, wait } = handLoop()
  wait(100)
  batches.stamp()
  await nextTurn()
  busy(30)
  wait(200)
  batches.stamp()
  await nextTurn()
  busy(9)
  batches.stamp()
  const { time, busy: columns } = batches.columns()
  expect([...time]).toEqual([100, 330, 339])
  expect([...columns]).toEqual([0, 30, 9])
})

test('a batch gets a new stamp after 1000 reads', () => {
  const { batches, busy } = handLoop()
  for (let read = 0; read < 1000; read++) batches.stamp()
  busy(50)
  expect(batches.stamp()).toBe(50)
  expect(batches.index).toBe(1)
  const { reads, busy: columns } = batches.columns()
  expect([...reads]).toEqual([1000, 1])
  expect([...columns]).toEqual([0, 50])
})

test('marks keep old work out of the bound, but never the work since the mark before', () => {
  const { batches, busy, wait } = handLoop()
  for (let period = 0; period < 10; period++) {
    busy(3)
    wait(100)
    batches.mark()
  }
  busy(2)
  wait(50)
  batches.stamp()
  expect([...batches.columns().busy]).toEqual([5])
})

test('a real loop that was blocked says so', async () => {
  const start = performance.now()
  const batches = new PollBatches(() => (performance.now() - start) * 1e6)
  await nextTurn()
  const blocked = performance.now()
  while (performance.now() - blocked < 20);
  await nextTurn()
  batches.stamp()
  expect(batches.columns().busy[0]).toBeGreaterThan(19e6)
})

test('a real loop that waited was not busy', async () => {
  const start = performance.now()
  const batches = new PollBatches(() => (performance.now() - start) * 1e6)
  await new Promise((resolve) => setTimeout(resolve, 200))
  const waited = batches.stamp()
  expect(batches.columns().busy[0]).toBeLessThan(waited / 2)
})
