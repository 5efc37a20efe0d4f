import { scrypt } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { PollBatches } from './poll-batch.ts'
import type { Batch } from './record/batch-log.ts'

/** Batches that can be looked at once they are stopped. */
function collecting(
  now: () => number,
  idle?: () => number,
  delay?: () => number,
): { batches: PollBatches; stop: () => Batch[] } {
  const ended: Batch[] = []
  const batches = new PollBatches(now, (batch) => ended.push({ ...batch }), idle, delay)
  return {
    batches,
    stop: () => {
      batches.stop()
      return ended
    },
  }
}

/** A loop whose clock, idle time and wait for a core are set by hand. */
interface HandLoop extends ReturnType<typeof collecting> {
  readonly busy: (ns: number) => void
  /** `forCore`: ready for so much of it. */
  readonly wait: (ns: number, forCore?: number) => void
  readonly preempted: (ns: number) => void
}

function handLoop(): HandLoop {
  let [time, idle, delay] = [0, 0, 0]
  const collected = collecting(
    () => time,
    () => idle,
    () => delay,
  )
  return {
    ...collected,
    busy: (ns) => {
      time += ns
    },
    wait: (ns, forCore = 0) => {
      time += ns
      idle += ns
      delay += forCore
    },
    preempted: (ns) => {
      time += ns
      delay += ns
    },
  }
}

test('reads of one poll share a stamp, the next poll has its own', async () => {
  const { batches, busy, stop } = handLoop()
  busy(5)
  expect([batches.stamp(), batches.index, batches.read]).toEqual([5, 0, 0])
  busy(7)
  expect([batches.stamp(), batches.index, batches.read]).toEqual([5, 0, 1])
  await nextTurn()
  busy(1)
  expect([batches.stamp(), batches.index, batches.read]).toEqual([13, 1, 2])
  expect(stop().map(({ reads }) => reads)).toEqual([2, 1])
})

test('bytes of a poll that waited came with its return: only work since then makes the stamp late', async () => {
  const { batches, busy, wait, stop } = handLoop()
  busy(500)
  batches.mark()
  wait(200)
  busy(7)
  batches.stamp()
  expect(stop()).toEqual([{ time: 707, busy: 7, runDelay: 0, waited: true, reads: 1 }])
})

test('a poll that waited may have had its bytes for as long as the thread then waited for a core', async () => {
  const { batches, wait, stop } = handLoop()
  wait(500, 300)
  batches.stamp()
  await nextTurn()
  wait(400, 10)
  batches.stamp()
  expect(stop().map(({ runDelay }) => runDelay)).toEqual([300, 10])
})

test('a core that was lost while the loop worked counts as work, and no longer than the poll took as a wait in it', async () => {
  const { batches, preempted, wait, stop } = handLoop()
  batches.stamp()
  await nextTurn()
  preempted(1000)
  batches.mark()
  wait(20, 5)
  batches.stamp()
  expect(stop().map(({ busy, runDelay }) => [busy, runDelay])).toEqual([
    [0, 0],
    [0, 20],
  ])
})

test('bytes of a poll that did not wait may lie there since the poll before', async () => {
  const { batches, busy, wait, stop } = handLoop()
  wait(100)
  batches.stamp()
  busy(30)
  await nextTurn()
  busy(4)
  batches.mark()
  busy(1)
  batches.stamp()
  expect(stop()).toMatchObject([
    { busy: 0, waited: true },
    { busy: 35, waited: false },
  ])
})

test('work after the reads is told how many there were', async () => {
  const { batches } = handLoop()
  const told: number[] = []
  batches.afterReads((reads) => told.push(reads))
  await nextTurn()
  batches.stamp()
  batches.stamp()
  batches.afterReads((reads) => told.push(reads))
  await nextTurn()
  expect(told).toEqual([0, 2])
})

test('bytes may have come since the poll before, whatever work for later turns was done after it', async () => {
  const { batches, busy, stop } = handLoop()
  batches.stamp()
  batches.afterReads(() => batches.afterReads(() => busy(40)))
  await nextTurn()
  busy(5)
  batches.stamp()
  await nextTurn()
  busy(3)
  batches.stamp()
  expect(stop().map(({ busy }) => busy)).toEqual([0, 5, 48])
})

test('a batch gets a new stamp after 1000 reads, whose bytes may be as old as those of the first', () => {
  const { batches, busy, stop } = handLoop()
  busy(30)
  for (let read = 0; read < 1000; read++) batches.stamp()
  busy(50)
  expect(batches.stamp()).toBe(80)
  expect(batches.index).toBe(1)
  expect(stop()).toMatchObject([
    { reads: 1000, busy: 30 },
    { reads: 1, busy: 80 },
  ])
})

test('work that no mark tells of counts as if bytes had lain there', async () => {
  const { batches, busy, wait, stop } = handLoop()
  for (let turn = 0; turn < 10; turn++) {
    busy(3)
    wait(100)
    await nextTurn()
  }
  busy(2)
  wait(50)
  batches.stamp()
  await nextTurn()
  batches.stamp()
  expect(stop().map(({ busy }) => busy)).toEqual([2, 2])
})

/** Stamps from a poll's callback, on a loop that works so long after it has asked for what takes `cost` elsewhere. */
async function realStamp(workMs: number, cost: number): Promise<Batch & { stamp: number }> {
  const start = performance.now()
  const { batches, stop } = collecting(() => (performance.now() - start) * 1e6)
  await nextTurn()
  await nextTurn()
  const stamp = await new Promise<number>((resolve) => {
    scrypt('', '', 16, { N: cost }, () => resolve(batches.stamp()))
    const until = performance.now() + workMs
    while (performance.now() < until);
  })
  return { ...stop()[0]!, stamp }
}

test('a real loop that worked while bytes came says so', async () => {
  const { busy, waited } = await realStamp(50, 2)
  expect(waited).toBe(false)
  expect(busy).toBeGreaterThan(49e6)
})

test('a real loop that waited for them was not late, whatever it had done before', async () => {
  const { waited, busy, stamp } = await realStamp(5, 2 ** 14)
  expect(waited).toBe(true)
  expect(busy).toBeLessThan(stamp / 2)
})

test('its watch keeps no loop from waiting', async () => {
  const { stop } = collecting(() => performance.now() * 1e6)
  const before = performance.eventLoopUtilization()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5)
  stop()
})
