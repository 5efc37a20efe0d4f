import { expect, test } from 'vitest'
import type { ClosedLoop } from '../plan.ts'
import { oneThread } from '../testing/one-thread.ts'
import { plannedRequest } from '../testing/plan.ts'
import type { PreparedRequest } from '../prepared-request.ts'
import { runClosedLoop } from './closed-loop.ts'
import type { Assignment, ScenarioContext } from './scenario.ts'

interface Send extends Assignment {
  readonly item: number
  readonly at: number
}

interface World {
  readonly context: ScenarioContext
  readonly sends: Send[]
  readonly delays: number[]
  readonly phases: string[]
  readonly preconnects: number[]
}

interface Rules {
  readonly warmup?: number
  readonly requests?: number
  /** How long the nth send takes, in ticks. */
  readonly duration?: (send: Send, count: number) => number
  readonly fails?: (send: Send) => boolean
  readonly stopAfter?: number
  readonly random?: readonly number[]
}

/** A world in which time is a counter: replies come in the order of their due times. */
function world({ warmup = 0, requests = 0, duration, fails, stopAfter = Infinity, random = [0] }: Rules): World {
  let time = 0
  let draws = 0
  const due: { at: number; ended: () => void }[] = []
  const sends: Send[] = []
  const delays: number[] = []
  const phases: string[] = []
  const preconnects: number[] = []
  const serve = (): void => {
    due.sort((a, b) => a.at - b.at)
    const next = due.shift()
    if (next === undefined) return
    time = Math.max(time, next.at)
    next.ended()
  }
  const measured = prepared(requests)
  const context: ScenarioContext = {
    ...oneThread(measured, () => time),
    warmup: prepared(warmup),
    requests: measured,
    random: () => random[draws++ % random.length]!,
    now: () => time,
    moments: {
      warmupStart: null,
      warmupEnd: null,
      measureStart: null,
      measureEnd: null,
      allStarted: null,
      firstIdle: null,
    },
    stopped: () => sends.length >= stopAfter,
    ...unused,
    enter: (phase) => phases.push(phase),
    preconnect: async (clients) => void preconnects.push(clients),
    delay: async (seconds) => void delays.push(seconds),
    send: (request, assignment, ended) => {
      const send = { ...assignment, item: request.item, at: time }
      sends.push(send)
      const at = time + (duration?.(send, sends.length) ?? 10)
      due.push({ at, ended: () => ended({ writeStart: send.at, closed: at, complete: fails?.(send) !== true }) })
      setImmediate(serve)
    },
  }
  return { context, sends, delays, phases, preconnects }
}

/** What a closed loop does not ask for. */
const unused: Pick<ScenarioContext, 'onStop' | 'saturated' | 'timer' | 'onTime' | 'drop'> = {
  onStop: () => fail('onStop'),
  saturated: () => fail('saturated'),
  timer: () => fail('timer'),
  onTime: () => fail('onTime'),
  drop: () => fail('drop'),
}
function fail(name: string): never {
  throw new Error(`a closed loop has no use for ${name}`)
}

const slab = { bytes: Buffer.alloc(0), borders: [], left: 0 }

function prepared(count: number): PreparedRequest[] {
  return Array.from({ length: count }, (_, index) => ({ ...plannedRequest(index), index, slab, place: index }))
}

function loop(clients: number, warmup = { rounds: 0, maxRounds: 0, agreement: 0.05 }): ClosedLoop {
  return { kind: 'closedLoop', clients, staggerSeconds: 0.01, warmup }
}

const rounds = (sends: readonly Send[], clients: number): number =>
  sends.filter(({ phase }) => phase === 'warmup').length / clients

test('every request is sent once, in the order of the queue, one in flight a client', async () => {
  const { context, sends } = world({ requests: 10 })
  await runClosedLoop(loop(3), context)
  expect(sends.map(({ item }) => item)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(sends.map(({ client }) => client)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
})

test('a fast client takes more of the shared queue', async () => {
  const { context, sends } = world({ requests: 9, duration: ({ client }) => (client === 0 ? 10 : 50) })
  await runClosedLoop(loop(2), context)
  expect(sends.filter(({ client }) => client === 0).length).toBe(7)
})

test('each client waits its part of clients x stagger', async () => {
  const { context, delays } = world({ requests: 4, random: [0.5, 0.25, 0, 1] })
  await runClosedLoop(loop(4), context)
  expect(delays).toEqual([0.02, 0.01, 0, 0.04])
})

test('connections are opened before the warm-up and again before the window', async () => {
  const { context, preconnects, phases } = world({ warmup: 3, requests: 3 })
  await runClosedLoop(loop(3, { rounds: 1, maxRounds: 1, agreement: 0 }), context)
  expect(preconnects).toEqual([3, 3])
  expect(phases).toEqual(['connect', 'warmup', 'measure', 'drain'])
})

test('a warm-up round waits for its slowest client', async () => {
  const { context, sends } = world({ warmup: 4, duration: ({ client }) => (client === 0 ? 10 : 30) })
  await runClosedLoop(loop(2, { rounds: 2, maxRounds: 2, agreement: 0 }), context)
  expect(sends.map(({ client, at }) => [client, at])).toEqual([
    [0, 0],
    [1, 0],
    [0, 30],
    [1, 30],
  ])
})

test('warming ends when two rounds agree', async () => {
  const { context, sends } = world({
    warmup: 20,
    duration: (_, count) => 50 + (count <= 2 ? 200 : count <= 4 ? 50 : 0),
  })
  await runClosedLoop(loop(2, { rounds: 1, maxRounds: 10, agreement: 0.05 }), context)
  expect(rounds(sends, 2)).toBe(4)
})

test('warming ends at the cap when rounds never agree', async () => {
  const { context, sends } = world({ warmup: 20, duration: (_, count) => count * 100 })
  await runClosedLoop(loop(2, { rounds: 1, maxRounds: 3, agreement: 0.05 }), context)
  expect(rounds(sends, 2)).toBe(3)
})

test('the least number of rounds is kept though rounds agree', async () => {
  const { context, sends } = world({ warmup: 20 })
  await runClosedLoop(loop(2, { rounds: 4, maxRounds: 10, agreement: 0.05 }), context)
  expect(rounds(sends, 2)).toBe(4)
})

test('warming ends when its requests run out', async () => {
  const { context, sends } = world({ warmup: 3, duration: (_, count) => count * 100 })
  await runClosedLoop(loop(2, { rounds: 1, maxRounds: 10, agreement: 0.05 }), context)
  expect(sends.length).toBe(3)
})

test('a warm-up in which nothing succeeds is not repeated', async () => {
  const { context, sends } = world({ warmup: 20, fails: () => true })
  await runClosedLoop(loop(2, { rounds: 5, maxRounds: 10, agreement: 0.05 }), context)
  expect(rounds(sends, 2)).toBe(1)
})

test('the moments are those of the clients', async () => {
  const { context } = world({ warmup: 2, requests: 5 })
  await runClosedLoop(loop(2, { rounds: 1, maxRounds: 1, agreement: 0 }), context)
  expect(context.moments).toEqual({
    warmupStart: 0,
    warmupEnd: 10,
    measureStart: 10,
    allStarted: 10,
    firstIdle: 30,
    measureEnd: 40,
  })
})

test('with fewer requests than clients not all have started', async () => {
  const { context } = world({ requests: 2 })
  await runClosedLoop(loop(3), context)
  expect(context.moments.allStarted).toBe(null)
})

test('nothing is sent once the run is stopped, and the first idle client is not one that was stopped', async () => {
  const { context, sends } = world({ requests: 10, stopAfter: 4 })
  await runClosedLoop(loop(2), context)
  expect(sends.length).toBe(4)
  expect(context.moments.firstIdle).toBe(null)
})
