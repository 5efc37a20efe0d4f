import { describe, expect, test } from 'vitest'
import { mulberry32 } from '../mulberry32.ts'
import { Saturation } from './saturation.ts'
import { SharedState } from './threads/shared-state.ts'

/** A server that works on `slots` requests at a time; seconds from the start to when it was found, or null. */
function play(given: {
  readonly rate: (time: number) => number
  readonly service: number
  readonly slots: number
  readonly seconds: number
  readonly random?: boolean
}): number | null {
  const random = mulberry32(7)
  const saturation = new Saturation(0, new SharedState({ threads: 1, requests: 0, endpoints: 1 }).saturationCounts())
  const free = new Array<number>(given.slots).fill(0)
  const ends: [end: number, latency: number][] = []
  let at = 0
  while (at < given.seconds) {
    at += (given.random ? -Math.log(1 - random()) : 1) / given.rate(at)
    ends.sort(([a], [b]) => a - b)
    while (ends.length > 0 && ends[0]![0] <= at) saturation.ended(ends.shift()![1] * 1e9)
    free.sort((a, b) => a - b)
    const end = Math.max(at, free[0]!) + given.service
    free[0] = end
    ends.push([end, end - at])
    saturation.due()
    if (saturation.found(at * 1e9)) return at
  }
  return null
}

describe('found', () => {
  test.each([
    ['twice what the server takes', 20, 20],
    ['a third more than the server takes', 13.4, 120],
  ])('%s', (_, rate, latest) => {
    const found = play({ rate: () => rate, service: 1, slots: 10, seconds: 300 })
    expect(found).toBeGreaterThan(9)
    expect(found).toBeLessThan(latest)
  })
  test('with chance in the arrivals too', () => {
    expect(play({ rate: () => 20, service: 1, slots: 10, seconds: 120, random: true })).not.toBeNull()
  })
})

describe('not found', () => {
  test('while an empty server fills', () => {
    expect(play({ rate: () => 10, service: 30, slots: 1000, seconds: 200 })).toBeNull()
  })
  test('at nine tenths of what the server takes, by chance', () => {
    expect(play({ rate: () => 9, service: 1, slots: 10, seconds: 600, random: true })).toBeNull()
  })
  test('when a stage doubles the rate and the server keeps up', () => {
    expect(play({ rate: (time) => (time < 60 ? 5 : 10), service: 2, slots: 40, seconds: 120 })).toBeNull()
  })
  test('while nothing was answered yet', () => {
    expect(play({ rate: () => 10, service: 500, slots: 1000, seconds: 100 })).toBeNull()
  })
})
