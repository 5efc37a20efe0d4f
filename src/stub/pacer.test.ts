import { afterAll, beforeAll, expect, test } from 'vitest'
import { monotonicNs } from './clock.ts'
import { createPacer, type Pacer } from './pacer.ts'

let pacer: Pacer
beforeAll(async () => {
  pacer = await createPacer()
})
afterAll(() => pacer.close())

test('no callback runs before its time', async () => {
  const start = monotonicNs()
  const early: number[] = []
  await Promise.all(
    Array.from({ length: 200 }, (_, i) => {
      const due = start + i * 250_000 + (i % 7) * 13_000
      return new Promise<void>((resolve) =>
        pacer.at(due, () => {
          if (monotonicNs() < due) early.push(i)
          resolve()
        }),
      )
    }),
  )
  expect(early).toEqual([])
})

test('callbacks run in order of their times, equal times in order of asking', async () => {
  const start = monotonicNs() + 2e6
  const order: string[] = []
  await new Promise<void>((resolve) => {
    pacer.at(start + 3e6, () => {
      order.push('last')
      resolve()
    })
    pacer.at(start + 1e6, () => order.push('b'))
    pacer.at(start + 1e6, () => order.push('c'))
    pacer.at(start, () => order.push('a'))
  })
  expect(order).toEqual(['a', 'b', 'c', 'last'])
})

test('a cancelled alarm does not run', async () => {
  const start = monotonicNs()
  let ran = false
  const alarm = pacer.at(start + 2e6, () => (ran = true))
  alarm.cancel()
  await new Promise<void>((resolve) => pacer.at(start + 6e6, resolve))
  expect(ran).toBe(false)
})

test('an alarm asked for while a later one is pending still comes first', async () => {
  const start = monotonicNs()
  const order: string[] = []
  await new Promise<void>((resolve) => {
    pacer.at(start + 30e6, () => {
      order.push('late')
      resolve()
    })
    setTimeout(() => pacer.at(monotonicNs() + 2e6, () => order.push('early')), 2)
  })
  expect(order).toEqual(['early', 'late'])
})

test('waiting costs next to no processor time', async () => {
  const start = monotonicNs()
  const before = process.cpuUsage()
  await new Promise<void>((resolve) => pacer.at(start + 200e6, resolve))
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(100)
})
