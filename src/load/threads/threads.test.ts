import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LoadPlan, OpenLoop } from '../plan.ts'
import { runLoad, type RunLoadOptions } from '../run-load.ts'
import { noStop, plannedRequest, testPlan } from '../testing/plan.ts'
import { chunk, goodEvents, rawServer, sseReply } from '../testing/raw-server.ts'
import { Crew } from './crew.ts'

const good = sseReply(goodEvents)
const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const indices = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

let crew: Crew
beforeAll(async () => {
  crew = new Crew({ rehearses: false })
  await crew.prepare(2)
})
afterAll(async () => await crew.close())

const run = (port: number, changes: Parameters<typeof testPlan>[1], options: RunLoadOptions = {}) =>
  runLoad(testPlan(port, { threads: 2, ...changes }), { crew, ...options })

const openLoop = (seconds: readonly number[], changes: Partial<OpenLoop> = {}): OpenLoop => ({
  kind: 'openLoop',
  seconds: Float64Array.from(seconds),
  stage: new Int32Array(seconds.length),
  peakRate: 1,
  steadyFrom: 0,
  cap: null,
  spin: false,
  warmup: { rounds: 0, maxRounds: 0, agreement: 0 },
  warmupClients: 2,
  ...changes,
})

describe('a closed loop over two threads', () => {
  test('sends each request once, in order, and the clients keep to their threads', async () => {
    await using server = await rawServer((socket) => setTimeout(() => socket.write(good), 5))
    const { requests, chunks, text, batches } = await run(server.port, { clients: 4, count: 40 })
    expect(new Set(requests.outcome)).toEqual(new Set(['ok']))
    expect(requests.item.toSorted((a, b) => a! - b!)).toEqual(indices(40))
    expect(requests.client.map((client) => client! % 2)).toEqual(requests.thread)
    expect(new Set(requests.client)).toEqual(new Set([0, 1, 2, 3]))
    expect([...chunks.request]).toEqual(indices(40).flatMap((row) => goodEvents.map(() => row)))
    expect(Buffer.from(text).toString()).toBe('ab'.repeat(40))
    chunks.batch.forEach((batch, row) => expect(chunks.time[row]).toBe(batches.time[batch]))
    expect(chunks.request.every((row, at) => batches.thread[chunks.batch[at]!] === requests.thread[row])).toBe(true)
  })

  test('a fast thread takes more of the requests', async () => {
    await using server = await rawServer((socket, index) => setTimeout(() => socket.write(good), index === 0 ? 500 : 5))
    const { requests } = await run(server.port, { clients: 2, count: 12 })
    const counts = [0, 1].map((thread) => requests.thread.filter((each) => each === thread).length)
    expect(Math.max(...counts)).toBe(11)
  })

  test('connections, reads and polls of two threads have numbers of their own', async () => {
    await using server = await rawServer((socket) => socket.write(good))
    const { requests, chunks } = await run(server.port, { clients: 2, count: 20 })
    const threadsOf = (numbers: ArrayLike<number | null>, row: (at: number) => number): number[] => {
      const threads = new Map<number, Set<number | null>>()
      for (let at = 0; at < numbers.length; at++) {
        const known = threads.get(numbers[at]!) ?? new Set()
        threads.set(numbers[at]!, known.add(requests.thread[row(at)]!))
      }
      return [...threads.values()].map(({ size }) => size)
    }
    expect(new Set(threadsOf(requests.connection, (at) => at))).toEqual(new Set([1]))
    expect(new Set(threadsOf(chunks.read, (at) => chunks.request[at]!))).toEqual(new Set([1]))
    expect(new Set(threadsOf(chunks.batch, (at) => chunks.request[at]!))).toEqual(new Set([1]))
  })

  test('warm-up rounds wait for both threads, and end when they agree', async () => {
    await using server = await rawServer((socket, index) => setTimeout(() => socket.write(good), index === 0 ? 60 : 30))
    const warmup = Array.from({ length: 20 }, (_, item) => plannedRequest(100 + item))
    const { requests, moments } = await run(server.port, {
      count: 2,
      warmup,
      scenario: {
        kind: 'closedLoop',
        clients: 2,
        staggerSeconds: 0,
        warmup: { rounds: 3, maxRounds: 3, agreement: 0.05 },
      },
    })
    const rows = indices(requests.length).filter((row) => requests.phase[row] === 'warmup')
    expect(rows.map((row) => requests.item[row]! - 100).sort((a, b) => a - b)).toEqual(indices(6))
    const ends = (items: number[]): number[] =>
      rows.filter((row) => items.includes(requests.item[row]! - 100)).map((row) => requests.closed[row]!)
    const starts = (items: number[]): number[] =>
      rows.filter((row) => items.includes(requests.item[row]! - 100)).map((row) => requests.writeStart[row]!)
    expect(Math.min(...starts([2, 3]))).toBeGreaterThan(Math.max(...ends([0, 1])))
    expect(Math.min(...starts([4, 5]))).toBeGreaterThan(Math.max(...ends([2, 3])))
    expect(moments.measureStart!).toBeGreaterThan(moments.warmupEnd!)
  })

  test('progress sums both', async () => {
    await using server = await rawServer((socket) => socket.write(good))
    const seen: unknown[] = []
    await run(server.port, { clients: 2, count: 10 }, { onProgress: (progress) => seen.push(progress) })
    expect(seen.at(-1)).toMatchObject({ phase: 'drain', planned: 10, sent: 10, done: 10, failed: 0, inFlight: 0 })
  })

  test('a stop in one thread stops the other', async () => {
    await using server = await rawServer((socket) => socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'))
    const { requests, ending } = await run(server.port, {
      clients: 4,
      count: 400,
      stop: { ...noStop, errorRate: 0.02 },
    })
    expect(ending).toBe('error_rate')
    expect(requests.length).toBe(400)
    expect(requests.outcome.filter((outcome) => outcome === 'not_sent').length).toBeGreaterThan(300)
  })

  test('a time that is up ends both', async () => {
    await using server = await rawServer((socket) => setTimeout(() => socket.write(good), 10))
    const stop = { ...noStop, durationSeconds: 0.3 }
    const { requests, ending, moments } = await run(server.port, { clients: 2, count: 1000, stop })
    expect(ending).toBe('duration')
    expect(new Set(requests.outcome)).toEqual(new Set(['ok']))
    expect(new Set(requests.thread)).toEqual(new Set([0, 1]))
    expect((moments.firstIdle! - moments.measureStart!) / 1e9).toBeGreaterThan(0.29)
  })

  test('an abort keeps what came of both', async () => {
    const controller = new AbortController()
    let begun = 0
    await using server = await rawServer((socket) => {
      socket.write(head + chunk('data: {"text":"a"}\n\n'))
      if (++begun === 2) setTimeout(() => controller.abort(), 50)
    })
    const { requests, chunks, ending } = await run(server.port, { clients: 2, count: 4 }, { signal: controller.signal })
    expect(requests.outcome).toEqual(['cancelled', 'cancelled', 'not_sent', 'not_sent'])
    expect(chunks.length).toBe(2)
    expect(ending).toBe('aborted')
  })

  test('aborted before the start, nothing is sent', async () => {
    await using server = await rawServer((socket) => socket.write(good))
    const { requests } = await run(server.port, { clients: 2, count: 2 }, { signal: AbortSignal.abort() })
    expect(requests.outcome).toEqual(['not_sent', 'not_sent'])
    expect(server.connections()).toBe(0)
  })
})

describe('an open loop over two threads', () => {
  test('sends in turns, at its times', async () => {
    await using server = await rawServer((socket) => socket.write(good))
    const seconds = indices(10).map((index) => 0.02 * index)
    const { requests, moments, series } = await run(server.port, { count: 10, scenario: openLoop(seconds) })
    expect(requests.item).toEqual(indices(10))
    expect(requests.thread).toEqual(indices(10).map((index) => index % 2))
    const start = moments.measureStart!
    requests.intended.forEach((intended, row) => expect((intended! - start) / 1e9).toBeCloseTo(seconds[row]!, 9))
    requests.writeStart.forEach((sent, row) => expect(sent!).toBeGreaterThanOrEqual(requests.intended[row]!))
    const lateness = series.filter(({ name }) => name.startsWith('load.send_lateness.'))
    expect(lateness.map(({ time }) => time.length)).toEqual([5, 5])
    expect(moments.firstIdle!).toBeGreaterThan(start + 0.18e9)
  })

  test('a cap holds over both, and who ends a request sends the next in line', async () => {
    await using server = await rawServer((socket) => setTimeout(() => socket.write(good), 30))
    const scenario = openLoop(Array<number>(10).fill(0), { cap: { maxConcurrency: 1, onCap: 'queue' } })
    const { requests } = await run(server.port, { count: 10, scenario })
    expect(requests.outcome).toEqual(Array(10).fill('ok'))
    expect(requests.item.toSorted((a, b) => a! - b!)).toEqual(indices(10))
    const early = requests.writeStart.filter((sent, row) => sent! < (requests.closed[row - 1] ?? 0))
    expect(early).toEqual([])
  })

  test('what waits when the point ends is recorded once', async () => {
    await using server = await rawServer(() => undefined)
    const scenario = openLoop([...Array<number>(7).fill(0), 60], { cap: { maxConcurrency: 2, onCap: 'queue' } })
    const limits: LoadPlan['limits'] = { connect: 10, firstByte: 0.1, idle: null, total: null }
    const stop = { ...noStop, errorRate: 0.01 }
    const { requests, ending } = await run(server.port, { count: 8, scenario, limits, stop })
    expect(ending).toBe('error_rate')
    expect(requests.item.toSorted((a, b) => a! - b!)).toEqual(indices(8))
  })
})

describe('a thread that cannot', () => {
  test('a decoder that fails only there is told as it is', async () => {
    const source = `import { isMainThread } from 'node:worker_threads'
      if (!isMainThread) throw new Error('not here')
      export const createDecoder = () => ({ decode: () => ({}) })`
    const module = `data:text/javascript,${encodeURIComponent(source)}`
    const decoder = { module, options: { route: 'chat', stream: true } } as const
    await expect(run(1, { clients: 2, count: 2, decoder })).rejects.toThrow('cannot be loaded: not here')
  })

  test('that dies ends the run, and the next run has new ones', async () => {
    const source = `export const createDecoder = () => ({ decode: () => process.exit(3) })`
    const decoder = {
      module: `data:text/javascript,${encodeURIComponent(source)}`,
      options: { route: 'chat', stream: true },
    } as const
    await using server = await rawServer((socket) => socket.write(good))
    await expect(run(server.port, { clients: 2, count: 2, decoder })).rejects.toThrow('exit code 3')
    expect((await run(server.port, { clients: 2, count: 2 })).requests.outcome).toEqual(['ok', 'ok'])
  })
})
