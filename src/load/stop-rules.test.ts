import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { LoadPlan } from './plan.ts'
import { runLoad } from './run-load.ts'
import { noStop, testPlan } from './testing/plan.ts'
import { chunk, goodEvents, rawServer, sseReply } from './testing/raw-server.ts'

const good = sseReply(goodEvents)
const begin = (socket: Socket): void => {
  socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('data: {"text":"a"}\n\n')}`)
}

function openLoop(seconds: readonly number[], cap: { maxConcurrency: number; onCap: 'queue' | 'drop' } | null = null) {
  const scenario: LoadPlan['scenario'] = {
    kind: 'openLoop',
    seconds: Float64Array.from(seconds),
    stage: Int32Array.from(seconds, () => 0),
    peakRate: 10,
    steadyFrom: 0,
    cap,
    spin: true,
    warmup: { rounds: 0, maxRounds: 0, agreement: 0 },
    warmupClients: 1,
  }
  return { scenario, count: seconds.length }
}

describe('an open loop over real sockets', () => {
  test('sends at its times, never before, and says how late', async () => {
    await using server = await rawServer((socket) => socket.write(good))
    const { requests, series, moments, ending } = await runLoad(testPlan(server.port, openLoop([0, 0.03, 0.06, 0.061])))
    const start = moments.measureStart!
    expect(requests.outcome).toEqual(['ok', 'ok', 'ok', 'ok'])
    expect(requests.intended.map((time) => Math.round((time! - start) / 1e6))).toEqual([0, 30, 60, 61])
    requests.writeStart.forEach((time, row) => expect(time!).toBeGreaterThanOrEqual(requests.intended[row]!))
    const lateness = series.find(({ name }) => name === 'load.send_lateness.0')!
    expect(lateness.time.length).toBe(4)
    expect(Math.min(...lateness.value)).toBeGreaterThanOrEqual(0)
    expect(ending).toBe('complete')
  })

  test('dropped requests are rows that were not sent, with their intended times', async () => {
    await using server = await rawServer((socket) => setTimeout(() => socket.write(good), 200))
    const plan = testPlan(server.port, openLoop([0, 0.01, 0.02], { maxConcurrency: 1, onCap: 'drop' }))
    const { requests } = await runLoad(plan)
    expect(requests.outcome).toEqual(['ok', 'not_sent', 'not_sent'])
    expect(requests.intended.every((time) => time !== null)).toBe(true)
    expect(requests.writeStart).toEqual([expect.any(Number), null, null])
  })
})

describe('a time', () => {
  test('ends the sending, lets answers end, and owes no request', async () => {
    await using server = await rawServer((socket) => setTimeout(() => socket.write(good), 40))
    const plan = testPlan(server.port, { clients: 2, count: 500, stop: { ...noStop, durationSeconds: 0.25 } })
    const { requests, ending, moments } = await runLoad(plan)
    expect(ending).toBe('duration')
    expect(new Set(requests.outcome)).toEqual(new Set(['ok']))
    expect(requests.length).toBeLessThan(20)
    expect(moments.firstIdle! - moments.measureStart!).toBeGreaterThan(0.2e9)
  })

  test('cancels after the drain limit what is still open', async () => {
    await using server = await rawServer(begin)
    const stop = { ...noStop, durationSeconds: 0.1, drainSeconds: 0.1 }
    const { requests, chunks } = await runLoad(testPlan(server.port, { clients: 2, count: 9, stop }))
    expect(requests.outcome).toEqual(['cancelled', 'cancelled'])
    expect(requests.error[0]).toBe('no end of the answer 0.1 s after the last send, the drain limit')
    expect(chunks.length).toBe(2)
  })
})

test('the drain limit of an open loop ends what waits, too', async () => {
  await using server = await rawServer(begin)
  const plan = testPlan(server.port, {
    ...openLoop([0, 0.01], { maxConcurrency: 1, onCap: 'queue' }),
    stop: { ...noStop, drainSeconds: 0.1 },
  })
  const { requests } = await runLoad(plan)
  expect(requests.outcome.toSorted()).toEqual(['cancelled', 'not_sent'])
})

test('too many failures end the point, and the rest is owed', async () => {
  await using server = await rawServer((socket) => socket.write('HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno'))
  const plan = testPlan(server.port, { count: 50, stop: { ...noStop, errorRate: 0.1 } })
  const { requests, ending } = await runLoad(plan)
  expect(ending).toBe('error_rate')
  expect(requests.length).toBe(50)
  expect(requests.outcome.filter((outcome) => outcome === 'not_sent').length).toBeGreaterThan(30)
})
