import { describe, expect, test } from 'vitest'
import type { LoadPlan } from './plan.ts'
import { backoffSeconds, mayPass, retryAfterSeconds } from './retry.ts'
import { runLoad } from './run-load.ts'
import { testPlan } from './testing/plan.ts'
import { goodEvents, rawServer, sseReply } from './testing/raw-server.ts'

type Answer = 'ok' | 'reset' | 'cut' | { status: number; retryAfter?: string }

const bytesOf = ({ status, retryAfter }: Exclude<Answer, string>) =>
  `HTTP/1.1 ${status} No\r\n${retryAfter === undefined ? '' : `Retry-After: ${retryAfter}\r\n`}Content-Length: 2\r\n\r\nno`

/** One request, answered by each answer in turn; `waits` are the pauses that were asked for, none of them taken. */
async function send(answers: readonly Answer[], changes: Partial<LoadPlan> = {}) {
  await using server = await rawServer((socket, index) => {
    const answer = answers[index] ?? 'ok'
    if (answer === 'ok') socket.write(sseReply(goodEvents))
    else if (answer === 'reset') socket.resetAndDestroy()
    else if (answer === 'cut') socket.end(sseReply(goodEvents).slice(0, 40))
    else socket.write(bytesOf(answer))
  })
  const waits: number[] = []
  const { requests } = await runLoad(testPlan(server.port, { retries: 3, ...changes }), {
    backoff: async (seconds) => void waits.push(seconds),
  })
  const { outcome, attempts, httpStatus } = requests
  return {
    outcome: outcome[0],
    attempts: attempts[0],
    status: httpStatus[0],
    waits,
    sends: server.requests.length,
  }
}

describe('a request that fails', () => {
  test('is sent once where nobody asked for more', async () => {
    const { outcome, attempts, sends, waits } = await send([{ status: 503 }], { retries: 0 })
    expect([outcome, attempts, sends, waits]).toEqual(['http_error', 1, 1, []])
  })

  test.each<[string, Answer, number]>([
    ['408', { status: 408 }, 2],
    ['424', { status: 424 }, 2],
    ['429', { status: 429 }, 2],
    ['500', { status: 500 }, 2],
    ['503', { status: 503 }, 2],
    // The first was a connection that lay idle, as any may be closed: another is opened without a wait.
    ['a reset before the answer', 'reset', 1],
  ])('is sent again after %s', async (_, answer, pauses) => {
    const { outcome, attempts, status, sends, waits } = await send([answer, answer, 'ok'])
    expect([outcome, attempts, status, sends, waits.length]).toEqual(['ok', 3, 200, 3, pauses])
  })

  test.each<[string, Answer]>([
    ['400', { status: 400 }],
    ['413', { status: 413 }],
    ['an answer that broke off', 'cut'],
  ])('is not sent again after %s', async (_, answer) => {
    const { outcome, attempts, sends } = await send([answer])
    expect([outcome === 'ok', attempts, sends]).toEqual([false, 1, 1])
  })

  test('is given up after the last time, with what it met then', async () => {
    const { outcome, attempts, status, sends } = await send([503, 503, 500, 429].map((status) => ({ status })))
    expect([outcome, attempts, status, sends]).toEqual(['http_error', 4, 429, 4])
  })

  test('waits as long as the server asks', async () => {
    const { waits } = await send([{ status: 429, retryAfter: '7' }, { status: 503 }, 'ok'])
    expect(waits[0]).toBe(7)
    expect(waits[1]).toBeLessThanOrEqual(1)
  })

  test('is not sent again where the wait would go past its limit', async () => {
    const limits = { connect: 10, firstByte: 20, idle: 20, total: 30 }
    const { outcome, status, waits } = await send([{ status: 429, retryAfter: '60' }], { limits })
    expect([outcome, status, waits]).toEqual(['http_error', 429, []])
  })
})

test('times begin with the first sending', async () => {
  let answeredAt = 0
  await using server = await rawServer((socket, index) => {
    if (index === 0) socket.write(bytesOf({ status: 503 }))
    else {
      answeredAt = performance.now()
      socket.write(sseReply(goodEvents))
    }
  })
  const begun = performance.now()
  let waited = 0
  const { requests } = await runLoad(testPlan(server.port, { retries: 1 }), {
    backoff: async () => {
      const from = performance.now()
      while (performance.now() - from < 30) await new Promise((resolve) => setTimeout(resolve, 5))
      waited = performance.now() - from
    },
  })
  const latency = (requests.firstToken[0]! - requests.writeStart[0]!) / 1e6
  expect(latency).toBeGreaterThanOrEqual(waited)
  expect(latency).toBeLessThan(performance.now() - begun)
  expect(answeredAt).toBeGreaterThan(begun + waited)
})

test('the end of the sending ends the waiting too: the request has failed as it did', async () => {
  await using server = await rawServer((socket) => socket.write(bytesOf({ status: 503, retryAfter: '1000' })))
  const limits = { connect: 10, firstByte: 20, idle: 20, total: null }
  const stop = { durationSeconds: 0.1, drainSeconds: null, errorRate: null, saturation: false }
  const { requests } = await runLoad(testPlan(server.port, { retries: 1, limits, stop }))
  expect([requests.outcome[0], requests.httpStatus[0], requests.attempts[0]]).toEqual(['http_error', 503, 1])
})

test('a server that is not there at first: the time begins with the first attempt to reach it', async () => {
  const gone = await rawServer(() => undefined)
  await gone[Symbol.asyncDispose]()
  const waits: number[] = []
  const { requests } = await runLoad(testPlan(gone.port, { retries: 2 }), {
    backoff: async (seconds) => void waits.push(seconds),
  })
  expect([requests.outcome[0], requests.attempts[0], waits.length]).toEqual(['connection_error', 3, 2])
  expect(requests.writeStart[0]).not.toBeNull()
})

test('waits double, spread, up to a limit', () => {
  expect([1, 2, 3, 20].map((retry) => [backoffSeconds(retry, 0), backoffSeconds(retry, 1)])).toEqual([
    [0.25, 0.5],
    [0.5, 1],
    [1, 2],
    [15, 30],
  ])
})

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  const read = (value: string | null) => retryAfterSeconds(value, now)
  expect([
    read('2'),
    read('0.5'),
    read('Thu, 01 Jan 2026 00:00:09 GMT'),
    read('Wed, 31 Dec 2025 00:00:00 GMT'),
  ]).toEqual([2, 0.5, 9, 0])
  expect([read(null), read(''), read('soon')]).toEqual([null, null, null])
})

test('what an answer began to say is not asked again', () => {
  const reset = { kind: 'failed', outcome: 'connection_error', text: 'reset' } as const
  expect([false, true].map((answered) => mayPass({ end: reset, status: null, answered }))).toEqual([true, false])
})
