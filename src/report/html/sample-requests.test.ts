import { describe, expect, test } from 'vitest'
import { requestColumns, syntheticResult } from '../testing.ts'
import { sampleRequests, sampleSize } from './sample-requests.ts'

/** Requests of 1 s one after the other; those of `slow` take 9 s, those of `failed` end with 503. */
function sampled(count: number, size: number, { slow = [], failed = [] }: { slow?: number[]; failed?: number[] } = {}) {
  const result = syntheticResult()
  const requests = requestColumns(count, (i) => ({
    seconds: slow.includes(i) ? 9 : 1,
    outcome: failed.includes(i) ? 'http_error' : 'ok',
  }))
  return sampleRequests({ ...result, servemark: { ...result.servemark, requests } }, size)
}

test('all requests where there is room, in order, warm-up left out', () => {
  const { of, number, sent, ttft, e2e, tokens, ended } = sampled(3, 10, { failed: [1] })
  expect({ of, number, sent, ttft, e2e, tokens }).toEqual({
    of: 3,
    number: [1, 2, 3],
    sent: [0, 1000, 2000],
    ttft: [100, 100, 100],
    e2e: [1000, 1000, 1000],
    tokens: [60, 60, 60],
  })
  expect(ended).toEqual({ 1: 'http_error 503: overloaded' })
})

describe('a sample of many', () => {
  const { of, number, e2e, ended } = sampled(1000, 100, { slow: [500], failed: [7, 999] })
  test('has the size asked for, and says how many there are', () => {
    expect(number).toHaveLength(100)
    expect(of).toBe(1000)
  })
  test('holds the failed and the slowest', () => {
    expect(number).toEqual(expect.arrayContaining([8, 501, 1000]))
    expect(Object.keys(ended)).toHaveLength(2)
    expect(Math.max(...e2e.flatMap((each) => each ?? []))).toBe(9000)
  })
  test('reaches over the whole point', () => {
    expect(number.filter((each) => each > 700).length).toBeGreaterThan(10)
  })
})

test('a page of many points gives each less room', () => {
  expect([1, 100, 1000, 100_000].map(sampleSize)).toEqual([1000, 1000, 150, 40])
})
