import { describe, expect, test } from 'vitest'
import { mulberry32 } from '../mulberry32.ts'
import { makeRecording, type RecordingSpec, type RequestSpec } from '../recording/testing.ts'
import type { Series } from '../recording/recording.ts'
import type { ErrorBlock } from '../result/schema.ts'
import { measure } from './measured.ts'
import { statedErrorOf } from './stated-error.ts'
import { quantile } from './statistics.ts'
import { somePoint } from './testing.ts'

/** A canary event each 20 ms, off by so much (seconds). */
const canary = (errors: readonly number[]): Series => ({
  name: 'load.canary_error',
  unit: 's',
  time: Float64Array.from(errors, (_, place) => place * 20e6),
  value: Float64Array.from(errors),
})

function stated(
  specs: readonly RequestSpec[],
  errors: readonly number[],
  { busy = [0], runDelay = [0] }: Pick<RecordingSpec, 'busy' | 'runDelay'> = {},
) {
  const moments = { measureStart: 0, measureEnd: 1e6 }
  return statedErrorOf(measure(makeRecording(specs, { series: [canary(errors)], busy, runDelay, moments }), somePoint))
}

const even = (count: number): RequestSpec[] =>
  Array.from({ length: count }, (_, place) => ({ sent: place, chunks: [0.1, 0.12, 0.14] }))

test('without a canary nothing is stated', () => {
  expect(statedErrorOf(measure(makeRecording(even(9)), somePoint))).toBeNull()
})

test('stamps of the canary that are all late by the same time: latencies by that at most, and gaps are exact', () => {
  const block = stated(even(50), new Array<number>(100).fill(3e-4))
  expect(block?.['ttft']?.p50).toEqual({ low_s: expect.closeTo(0, 9), high_s: expect.closeTo(3e-4, 9) })
  expect(block?.['itl']?.p50).toEqual({ low_s: expect.closeTo(0, 9), high_s: expect.closeTo(0, 9) })
})

test('a busy loop makes room for later stamps, and for gaps on both sides', () => {
  const block = stated(even(50), new Array<number>(100).fill(3e-4), { busy: [5e-3] })
  expect(block?.['ttft']?.p99).toEqual({ low_s: expect.closeTo(0, 9), high_s: expect.closeTo(5.3e-3, 9) })
  // Two even parts of 5 ms differ by more than this in a quarter of cases.
  const apart = (1 - Math.sqrt(1 / 2)) * 5e-3
  expect(block?.['itl']?.p50).toEqual({ low_s: expect.closeTo(-apart, 9), high_s: expect.closeTo(apart, 9) })
})

test('a wait for a core makes the same room', () => {
  const block = stated(even(50), new Array<number>(100).fill(3e-4), { busy: [1e-3], runDelay: [4e-3] })
  expect(block?.['ttft']?.p99).toEqual({ low_s: expect.closeTo(0, 9), high_s: expect.closeTo(5.3e-3, 9) })
})

test("what the canary's own polls account for is not added to what is known of others", () => {
  const polls = makeRecording(even(50)).batches.time
  const series = { ...canary([]), time: polls, value: polls.map(() => 2.1e-3) }
  const recording = makeRecording(even(50), { busy: [2e-3], series: [series] })
  const block = statedErrorOf(measure(recording, somePoint))
  expect(block?.['ttft']?.p50.high_s).toBeCloseTo(2.1e-3, 9)
})

test('a chunk that shares a read with the one before it may have come after its stamp, until the next poll', () => {
  const specs: RequestSpec[] = Array.from({ length: 50 }, (_, place) => ({
    sent: place,
    chunks: [0.1, 0.14, { at: 0.14, sameRead: true }],
  }))
  const block = stated(specs, new Array<number>(100).fill(0))
  expect(block?.['e2e_latency']?.p50.low_s).toBeCloseTo(-0.96, 3)
  expect(block?.['ttft']?.p50.low_s).toBeCloseTo(0, 9)
})

describe('covers what is true in 95 of 100 cases', () => {
  /** Mostly short, sometimes long, as waiting for a core is. */
  const late = (random: () => number) => -Math.log(1 - random()) * (random() < 0.1 ? 2e-3 : 5e-5)
  const runs = 60

  function coverage(spread: number): { covered: Record<string, number>; width: number } {
    const covered: Record<string, number> = {}
    const widths: number[] = []
    for (let seed = 1; seed <= runs; seed++) {
      const random = mulberry32(seed)
      const truths = { ttft: [] as number[], itl: [] as number[] }
      const said = { ttft: [] as number[], itl: [] as number[] }
      const specs = Array.from({ length: 60 }, (_, place) => {
        const first = 0.1 + spread * random()
        const times = Array.from({ length: 12 }, (_, token) => first + token * (0.02 + spread * random()))
        const seen = times.map((time) => time + late(random))
        truths.ttft.push(first)
        said.ttft.push(seen[0]!)
        for (let token = 1; token < times.length; token++) {
          truths.itl.push(times[token]! - times[token - 1]!)
          said.itl.push(seen[token]! - seen[token - 1]!)
        }
        return { sent: place, chunks: seen }
      })
      const errors = Array.from({ length: 120 }, () => late(random))
      const block = stated(specs, errors) as ErrorBlock
      for (const metric of ['ttft', 'itl'] as const) {
        for (const [name, share] of [
          ['p50', 0.5],
          ['p99', 0.99],
        ] as const) {
          const at = (values: number[]) =>
            quantile(
              values.toSorted((a, b) => a - b),
              share,
            )!
          const error = at(said[metric]) - at(truths[metric])
          const { low_s, high_s } = block[metric]![name]
          const key = `${metric}.${name}`
          covered[key] = (covered[key] ?? 0) + (error >= low_s - 1e-9 && error <= high_s + 1e-9 ? 1 : 0)
          if (key === 'itl.p50') widths.push(high_s - low_s)
        }
      }
    }
    return {
      covered,
      width: quantile(
        widths.sort((a, b) => a - b),
        0.5,
      )!,
    }
  }

  test.each([0, 0.001, 0.2])('values spread by %s s', (spread) => {
    const { covered } = coverage(spread)
    expect(
      Object.values(covered).map((count) => count / runs >= 0.95),
      JSON.stringify(covered),
    ).toEqual(new Array(4).fill(true))
  })

  test('and is narrow where the errors are', () => {
    expect(coverage(0).width).toBeLessThan(4e-4)
  })
})
