import { expect, test } from 'vitest'
import type { Waker } from './timed-sends.ts'
import { TimedSends } from './timed-sends.ts'
import { startTimerThread } from './timer-thread.ts'

interface World {
  readonly sends: TimedSends
  readonly sent: [index: number, at: number][]
  /** Turns of the loop that were asked for and have not run. */
  readonly turns: (() => void)[]
  readonly passed: number[]
  readonly leads: number[]
  readonly woken: { wake: () => void }
  readonly at: (time: number) => void
}

/** A world whose clock is set by hand. `readingNs`: what it takes to read it. */
function world(times: readonly number[], options: { spin?: boolean; sendNs?: number; readingNs?: number } = {}): World {
  let now = 0
  const sent: [number, number][] = []
  const turns: (() => void)[] = []
  const passed: number[] = []
  const leads: number[] = []
  const woken = { wake: () => undefined as void }
  const waker: Waker = {
    start: (_, leadNs, wake) => {
      leads.push(leadNs)
      woken.wake = wake
    },
    passed: (next) => passed.push(next),
    stop: () => undefined,
  }
  const sends = new TimedSends({
    now: () => (now += options.readingNs ?? 0),
    originNs: 0,
    times: Float64Array.from(times),
    waker,
    spin: options.spin ?? true,
    soon: (callback) => turns.push(callback),
    due: (index) => {
      sent.push([index, now])
      now += options.sendNs ?? 0
    },
  })
  const at = (time: number): void => void (now = time)
  return { sends, sent, turns, passed, leads, woken, at }
}

test('nothing is sent before its time', () => {
  const { sends, sent, woken, at } = world([1e6])
  sends.start()
  at(999_999)
  woken.wake()
  sends.poll()
  expect(sent).toEqual([])
  at(1e6)
  sends.poll()
  expect(sent).toEqual([[0, 1e6]])
})

test('all that is due is sent at once, in order', () => {
  const { sends, sent, passed, at } = world([1e6, 2e6, 3e6, 9e6])
  sends.start()
  at(3e6)
  sends.poll()
  expect(sent.map(([index]) => index)).toEqual([0, 1, 2])
  expect(passed).toEqual([3])
})

test('what becomes due while another is sent is sent too', () => {
  const { sends, sent, at } = world([1e6, 1.05e6], { sendNs: 100_000 })
  sends.start()
  at(1e6)
  sends.poll()
  expect(sent).toEqual([
    [0, 1e6],
    [1, 1.1e6],
  ])
})

test('woken early, the loop turns until the time has come', () => {
  const { sends, sent, turns, woken, at } = world([1e6])
  sends.start()
  at(0.88e6)
  woken.wake()
  expect(turns.length).toBe(1)
  at(0.95e6)
  turns.shift()!()
  expect(turns.length).toBe(1)
  at(1.001e6)
  turns.shift()!()
  expect(sent).toEqual([[0, 1.001e6]])
  expect(turns).toEqual([])
})

test('in the last microseconds it watches the clock, because a turn of the loop would take longer', () => {
  const { sends, sent, turns, woken, at } = world([1e6], { readingNs: 50 })
  sends.start()
  at(0.994e6)
  woken.wake()
  turns.shift()!()
  expect(sent[0]?.[1]).toBeLessThan(1e6 + 300)
})

test('a clock that stands still does not hold it', () => {
  const { sends, sent, turns, woken, at } = world([1e6])
  sends.start()
  at(0.994e6)
  woken.wake()
  turns.shift()!()
  expect(sent).toEqual([])
  expect(turns.length).toBe(1)
})

test('two wakes are one spin', () => {
  const { sends, turns, woken, at } = world([1e6])
  sends.start()
  at(0.9e6)
  woken.wake()
  woken.wake()
  expect(turns.length).toBe(1)
})

test('without spinning it is woken at the time itself and turns only for what two clocks differ', () => {
  const { sends, sent, turns, leads, woken, at } = world([1e6], { spin: false })
  sends.start()
  expect(leads).toEqual([0])
  at(0.9e6)
  woken.wake()
  expect(turns).toEqual([])
  at(1e6 - 400)
  woken.wake()
  expect(turns.length).toBe(1)
  at(1e6 + 100)
  turns.shift()!()
  expect(sent.length).toBe(1)
})

test('nothing is sent once stopped', () => {
  const { sends, sent, turns, at } = world([1e6, 2e6])
  sends.start()
  sends.stop()
  at(5e6)
  sends.poll()
  for (const turn of turns) turn()
  expect(sent).toEqual([])
})

test('the timer thread wakes once for each time and skips what has passed', async () => {
  const waker = await startTimerThread(4)
  const base = Number(process.hrtime.bigint())
  const times = Float64Array.from([20, 40, 60, 80], (ms) => base + ms * 1e6)
  const wakes: number[] = []
  await new Promise<void>((resolve) => {
    waker.start(times, 0, () => {
      const now = Number(process.hrtime.bigint())
      wakes.push(now)
      const next = times.findIndex((time) => time > now)
      waker.passed(next < 0 ? 4 : next)
      if (next < 0) resolve()
    })
  })
  expect(wakes[0]).toBeGreaterThan(times[0]! - 100_000)
  expect(wakes.length).toBeLessThanOrEqual(4)
})
