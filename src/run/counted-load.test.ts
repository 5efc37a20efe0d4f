import { expect, test } from 'vitest'
import type { ProbeHttp } from '../backends/backend.ts'
import { stubCounters } from '../backends/counters/stub.ts'
import { makeRecording } from '../recording/testing.ts'
import { countedLoad } from './counted-load.ts'

const twoRequests = makeRecording([
  { sent: 0, chunks: [0.1, 0.2] },
  { sent: 1, chunks: [0.1, 0.2] },
])

/** A server whose /metrics gives these requests, tokens and requests in it, one after the other; the last one stays. */
function serverOf(readings: readonly (readonly [requests: number, tokens: number, inside: number])[]) {
  let asked = 0
  const http: ProbeHttp = {
    get: async () => {
      const [requests, tokens, inside] = readings[Math.min(asked++, readings.length - 1)]!
      const text = `stub_requests_total ${requests}\nstub_generation_tokens_total ${tokens}\nstub_num_requests_running ${inside}\n`
      return { status: 200, headers: {}, text, json: undefined }
    },
    post: () => Promise.reject(new Error('not asked')),
  }
  const slept: number[] = []
  const sleep = async (ms: number) => void slept.push(ms)
  const target = { endpoints: [{ url: 'http://127.0.0.1:1/v1' }] }
  const signal = new AbortController().signal
  return { source: { backend: { counters: [stubCounters] }, target, http, sleep, signal }, slept, asked: () => asked }
}

test('what the server counted between two readings', async () => {
  const { source, slept } = serverOf([
    [5, 50, 0],
    [7, 54, 0],
  ])
  const { counters } = await countedLoad(source, async () => twoRequests)
  expect(counters).toMatchObject({ source: '/metrics', requests_before: 0, counted: { requests: 2, output_tokens: 4 } })
  expect(slept).toEqual([])
})

test('a server that counts late is waited for', async () => {
  const { source, slept } = serverOf([
    [5, 50, 0],
    [6, 52, 1],
    [7, 54, 0],
  ])
  const { counters } = await countedLoad(source, async () => twoRequests)
  expect(counters).toMatchObject({ counted: { requests: 2, output_tokens: 4 } })
  expect(slept).toEqual([200])
})

test('a server that never counts them is not waited for without end', async () => {
  const { source, slept } = serverOf([[5, 50, 0]])
  const { counters } = await countedLoad(source, async () => twoRequests)
  expect(counters).toMatchObject({ counted: { requests: 0, output_tokens: 0 } })
  expect(slept.length).toBeLessThanOrEqual(10)
})

test('somebody who is in the server before the load is told', async () => {
  const { source } = serverOf([...Array.from({ length: 11 }, () => [5, 50, 3] as const), [7, 54, 0]])
  const { counters } = await countedLoad(source, async () => twoRequests)
  expect(counters).toMatchObject({ requests_before: 3 })
})

test('a backend that has none is not asked', async () => {
  const { source, asked } = serverOf([[5, 50, 0]])
  const { counters } = await countedLoad({ ...source, backend: {} }, async () => twoRequests)
  expect([counters, asked()]).toEqual([null, 0])
})

test('a load that was cut short is not counted', async () => {
  const { source, asked } = serverOf([[5, 50, 0]])
  const { counters } = await countedLoad({ ...source, signal: AbortSignal.abort() }, async () => twoRequests)
  expect(counters).toEqual({ source: null, why: 'the load was cut short' })
  expect(asked()).toBe(1)
})
