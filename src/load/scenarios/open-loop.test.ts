import { describe, expect, test } from 'vitest'
import type { OpenLoop } from '../plan.ts'
import { oneThread } from '../testing/one-thread.ts'
import { plannedRequest } from '../testing/plan.ts'
import type { PreparedRequest } from '../prepared-request.ts'
import { runOpenLoop } from './open-loop.ts'
import type { Assignment, ScenarioContext } from './scenario.ts'

interface Send extends Assignment {
  readonly item: number
  readonly at: number
}

interface Rules {
  /** How long the nth measured send takes, seconds. */
  readonly duration?: (item: number) => number
  readonly warmup?: number
  readonly warmupSeconds?: number
  /** The run is stopped at this time. */
  readonly stopAt?: number
  readonly seconds: readonly number[]
  readonly scenario?: Partial<OpenLoop>
}

/** Plays a schedule in a world whose time is a counter: due times and ends happen in their order. */
async function play(rules: Rules) {
  const { seconds, duration = () => 0.5, warmup = 0, warmupSeconds = 1, stopAt = Infinity } = rules
  let now = 0
  let stopped = false
  const events: { at: number; run: () => void }[] = []
  const sends: Send[] = []
  const dropped: (readonly [item: number, intended: number | null, why: string])[] = []
  const onTime: number[] = []
  const phases: string[] = []
  const preconnects: number[] = []
  const stops: (() => void)[] = []
  let saturations = 0
  const state = { running: true }
  const push = (at: number, run: () => void): void => void events.push({ at, run })
  const requests = prepared(seconds.length)
  const context: ScenarioContext = {
    ...oneThread(requests, () => now),
    warmup: prepared(warmup),
    requests,
    random: () => 0,
    now: () => now,
    moments: {
      warmupStart: null,
      warmupEnd: null,
      measureStart: null,
      measureEnd: null,
      allStarted: null,
      firstIdle: null,
    },
    stopped: () => stopped,
    onStop: (callback) => stops.push(callback),
    saturated: () => void saturations++,
    timer: async () => (times, _, due) => {
      let on = true
      times.forEach((time, index) => push(time, () => on && due(index)))
      return () => {
        on = false
      }
    },
    onTime: (intended) => onTime.push(intended / 1e9),
    enter: (phase) => phases.push(phase),
    preconnect: async (count) => void preconnects.push(count),
    delay: async () => undefined,
    send: (request, assignment, ended) => {
      const { item } = request
      sends.push({ ...assignment, item, at: now / 1e9 })
      const took = assignment.phase === 'warmup' ? warmupSeconds : duration(item)
      const writeStart = now
      push(now + took * 1e9, () => ended({ writeStart, closed: now, complete: true }))
    },
    drop: (request, { intended }, why) => dropped.push([request.item, intended && intended / 1e9, why]),
  }
  if (stopAt < Infinity) {
    push(stopAt * 1e9, () => {
      stopped = true
      for (const stop of stops) stop()
    })
  }
  const over = runOpenLoop({ ...plain, seconds: Float64Array.from(seconds), ...rules.scenario }, context)
  void over.then(() => {
    state.running = false
  })
  while (state.running) {
    await new Promise((resolve) => setImmediate(resolve))
    events.sort((a, b) => a.at - b.at)
    const next = events.shift()
    if (next === undefined) continue
    now = Math.max(now, next.at)
    next.run()
  }
  await over
  const measured = sends.filter(({ phase }) => phase === 'measure')
  return { sends: measured, dropped, onTime, phases, preconnects, saturations, moments: context.moments }
}

const plain: OpenLoop = {
  kind: 'openLoop',
  seconds: new Float64Array(),
  stage: Int32Array.from([0, 0, 0, 1, 1, 1]),
  peakRate: 1,
  steadyFrom: 0,
  cap: null,
  spin: false,
  warmup: { rounds: 1, maxRounds: 1, agreement: 0 },
  warmupClients: 2,
}

const slab = { bytes: Buffer.alloc(0), borders: [], left: 0 }

function prepared(count: number): PreparedRequest[] {
  return Array.from({ length: count }, (_, index) => ({ ...plannedRequest(index), index, slab, place: index }))
}

test('each request is sent at its time, whatever became of those before', async () => {
  const { sends } = await play({ seconds: [0, 0.1, 0.2, 5], duration: () => 3 })
  expect(sends.map(({ at }) => at)).toEqual([0, 0.1, 0.2, 5])
})

test('a request knows when it was meant to be sent, its stage, and no client', async () => {
  const { sends } = await play({ seconds: [0.5, 1, 2, 2.5] })
  expect(sends.map(({ intended }) => intended! / 1e9)).toEqual([0.5, 1, 2, 2.5])
  expect(sends.map(({ stage }) => stage)).toEqual([0, 0, 0, 1])
  expect(sends.map(({ client }) => client)).toEqual([null, null, null, null])
})

test('times count from the start of the window, after the warm-up', async () => {
  const { sends, phases } = await play({ seconds: [1], warmup: 2, warmupSeconds: 10 })
  expect(sends[0]!.at).toBe(11)
  expect(phases).toEqual(['connect', 'warmup', 'measure', 'drain'])
})

describe('connections opened before the window', () => {
  test.each([
    ["twice what Little's law asks for", { peakRate: 3 }, 60],
    ['never more than the cap', { peakRate: 3, cap: { maxConcurrency: 7, onCap: 'queue' } }, 7],
  ] as const)('%s', async (_, scenario, expected) => {
    const seconds = Array.from({ length: 100 }, () => 0)
    const { preconnects } = await play({ seconds, warmup: 2, warmupSeconds: 10, scenario })
    expect(preconnects.at(-1)).toBe(expected)
  })
})

describe('a cap', () => {
  test('that queues sends in order as others end, and keeps the intended times', async () => {
    const cap = { maxConcurrency: 1, onCap: 'queue' } as const
    const { sends, dropped, onTime } = await play({ seconds: [0, 0.1, 0.2], duration: () => 1, scenario: { cap } })
    expect(sends.map(({ item, at }) => [item, at])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ])
    expect(sends.map(({ intended }) => intended! / 1e9)).toEqual([0, 0.1, 0.2])
    expect(dropped).toEqual([])
    expect(onTime).toEqual([0])
  })

  test('that drops records what it dropped', async () => {
    const cap = { maxConcurrency: 1, onCap: 'drop' } as const
    const { sends, dropped } = await play({ seconds: [0, 0.1, 1.2], duration: () => 1, scenario: { cap } })
    expect(sends.map(({ item }) => item)).toEqual([0, 2])
    expect(dropped).toEqual([[1, 0.1, 'dropped: 1 requests were in flight, the most allowed']])
  })
})

test('a stop sends nothing more, drops what waited, and lets the rest end', async () => {
  const cap = { maxConcurrency: 1, onCap: 'queue' } as const
  const { sends, dropped, moments } = await play({
    seconds: [0, 0.1, 0.2, 9],
    duration: () => 3,
    stopAt: 1,
    scenario: { cap },
  })
  expect(sends.map(({ item }) => item)).toEqual([0])
  expect(dropped.map(([item]) => item)).toEqual([1, 2])
  expect(moments.measureEnd).toBe(3e9)
})

test('the moments: steady from the end of the ramp to the last send that was planned', async () => {
  const { moments } = await play({ seconds: [0, 1, 4], duration: () => 2, scenario: { steadyFrom: 1 } })
  expect(moments).toMatchObject({ measureStart: 0, allStarted: 1e9, firstIdle: 4e9, measureEnd: 6e9 })
})

test('rates that keep changing have no steady part', async () => {
  const { moments } = await play({ seconds: [0, 1], scenario: { steadyFrom: null } })
  expect(moments.allStarted).toBeNull()
})

test('a server that falls behind without bound is noticed', async () => {
  let free = 0
  const seconds = Array.from({ length: 400 }, (_, index) => index / 10)
  const { saturations } = await play({
    seconds,
    duration: (item) => {
      free = Math.max(free, seconds[item]!) + 0.2
      return free - seconds[item]!
    },
  })
  expect(saturations).toBeGreaterThan(0)
})

test('nothing planned is nothing sent', async () => {
  const { sends, moments } = await play({ seconds: [] })
  expect(sends).toEqual([])
  expect(moments.measureEnd).not.toBeNull()
})
