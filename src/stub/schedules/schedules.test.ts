import { expect, test } from 'vitest'
import { seededRandom } from '../random.ts'
import { scheduleSchema, schedules, startTimeline } from './index.ts'

const ms = (dues: readonly number[], from: number) => dues.map((due) => Math.round((due - from) / 1e4) / 100)
const received = 5e9

test('fixed: ttft, then one gap a token', () => {
  const dues = startTimeline({ kind: 'fixed', ttftMs: 200, itlMs: 20 }, 0).dues(received, 4, seededRandom(1, 0))
  expect(ms(dues, received)).toEqual([200, 220, 240, 260])
})

test('staggered: one phase a request, below one gap; gaps stay whole', () => {
  const timeline = startTimeline({ kind: 'staggered', ttftMs: 100, itlMs: 20 }, 0)
  const firsts = Array.from({ length: 50 }, (_, i) => {
    const dues = ms(timeline.dues(received, 3, seededRandom(1, i)), received)
    expect((dues[2] as number) - (dues[1] as number)).toBeCloseTo(20, 1)
    return dues[0] as number
  })
  expect(Math.min(...firsts)).toBeGreaterThanOrEqual(100)
  expect(Math.max(...firsts)).toBeLessThan(120)
  expect(new Set(firsts).size).toBeGreaterThan(40)
})

test('lockStep: tokens of all requests fall on one grid', () => {
  const origin = 1e9
  const timeline = startTimeline({ kind: 'lockStep', ttftMs: 50, itlMs: 20 }, origin)
  for (const at of [received, received + 3e6, received + 11.7e6]) {
    const dues = timeline.dues(at, 3, seededRandom(1, 0))
    for (const due of dues) expect((due - origin) % 20e6).toBe(0)
    expect((dues[0] as number) - at).toBeGreaterThanOrEqual(50e6)
    expect((dues[0] as number) - at).toBeLessThan(70e6)
  }
})

test('jittered: same seed and index, same times; bounds hold', () => {
  const schedule = { kind: 'jittered', ttftMs: 10, ttftJitterMs: 5, itlMs: 4, itlJitterMs: 2 } as const
  const dues = (index: number) => ms(startTimeline(schedule, 0).dues(received, 20, seededRandom(7, index)), received)
  expect(dues(3)).toEqual(dues(3))
  expect(dues(3)).not.toEqual(dues(4))
  const gaps = dues(3)
    .slice(1)
    .map((due, i) => due - (dues(3)[i] as number))
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3.99)
  expect(Math.max(...gaps)).toBeLessThanOrEqual(6.01)
})

test('queued: a request waits for those before it', () => {
  const timeline = startTimeline({ kind: 'queued', service: { kind: 'deterministic', ms: 10 } }, 0)
  const last = (at: number) => ms(timeline.dues(at, 2, seededRandom(1, 0)), received).at(-1)
  expect(last(received)).toBe(10)
  expect(last(received + 2e6)).toBe(20)
  expect(last(received + 50e6)).toBe(60)
})

test('queued: M/D/1 and M/M/1 waits are those of queueing theory', () => {
  const meanWait = (service: { kind: 'deterministic'; ms: number } | { kind: 'exponential'; meanMs: number }) => {
    const timeline = startTimeline({ kind: 'queued', service }, 0)
    const arrivals = seededRandom(42, 0)
    const requests = 200_000
    let at = 1e9
    let total = 0
    for (let i = 0; i < requests; i++) {
      at += -Math.log(1 - arrivals()) * 10e6
      const [end = 0] = timeline.dues(at, 1, seededRandom(9, i))
      total += (end - at) / 1e6
    }
    return total / requests
  }
  // Load 0.5, mean service 5 ms: time in system 5 + 2.5 (Pollaczek-Khinchine), and 10 for M/M/1.
  expect(meanWait({ kind: 'deterministic', ms: 5 })).toBeCloseTo(7.5, 0)
  expect(Math.abs(meanWait({ kind: 'exponential', meanMs: 5 }) - 10)).toBeLessThan(0.4)
})

test('every schedule is in the schema under its own name', () => {
  expect(scheduleSchema.options.map((option) => option.shape.kind.value).sort()).toEqual(Object.keys(schedules).sort())
})
