import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createClock, makeAnchor } from './clock.ts'

test('time is counted from the anchor, in whole nanoseconds', () => {
  const anchor = makeAnchor()
  const before = Number(process.hrtime.bigint()) - anchor.monotonicNs
  const time = createClock(anchor).now()
  const after = Number(process.hrtime.bigint()) - anchor.monotonicNs
  expect(Number.isInteger(time)).toBe(true)
  expect(time).toBeGreaterThanOrEqual(before - 1000)
  expect(createClock(anchor).now()).toBeGreaterThanOrEqual(time)
  expect(after).toBeGreaterThanOrEqual(time - 1000)
})

test('time zero lies on a whole millisecond of the wall clock, which a double holds exactly once rounded', () => {
  const milliseconds = makeAnchor().wallSeconds * 1000
  expect(milliseconds).toBeCloseTo(Math.round(milliseconds), 2)
})

test('the clocks of two threads tell the same time', async () => {
  const anchor = makeAnchor()
  const { now } = createClock(anchor)
  const source = `
    const { parentPort, workerData } = require('node:worker_threads')
    import(workerData.module).then(({ createClock }) => {
      const { now } = createClock(workerData.anchor)
      parentPort.on('message', () => parentPort.postMessage(now(), []))
      parentPort.postMessage(null, [])
    })`
  const module = new URL('clock.ts', import.meta.url).href
  const worker = new Worker(source, { eval: true, workerData: { anchor, module }, execArgv: [] })
  const answer = (): Promise<number> => new Promise((resolve) => worker.once('message', resolve))
  await answer()
  const differences: number[] = []
  for (let round = 0; round < 50; round++) {
    const asked = now()
    worker.postMessage(null, [])
    const there = await answer()
    differences.push(Math.max(asked - there, there - now()))
  }
  await worker.terminate()
  // Below 0: what the thread read lies between what was read here before and after.
  expect(Math.max(...differences)).toBeLessThan(1000)
})
