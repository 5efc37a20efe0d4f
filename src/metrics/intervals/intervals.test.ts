import { describe, expect, test } from 'vitest'
import { makeRecording } from '../../recording/testing.ts'
import { measure } from '../measured.ts'
import { quantile } from '../statistics.ts'
import { somePoint } from '../testing.ts'
import { blockBootstrap } from './block-bootstrap.ts'
import { effectiveCount } from './effective-count.ts'
import { incompleteBeta } from './incomplete-beta.ts'
import { meanInterval, quantileInterval, valuesNeeded } from './order-statistics.ts'
import { openRateInterval } from './open-rate.ts'
import { binomialCdf, studentQuantile } from './probability.ts'
import { seededRandom } from './random.ts'
import { shareInterval } from './share.ts'

describe('probability', () => {
  test('the incomplete beta function of small numbers is a polynomial', () => {
    expect(incompleteBeta(0.5, 2, 3)).toBeCloseTo(0.6875, 12)
    expect(incompleteBeta(0.2, 1, 4)).toBeCloseTo(1 - 0.8 ** 4, 12)
  })
  test('and holds for large ones: I_x(a, b) = 1 - I_(1-x)(b, a)', () => {
    expect(incompleteBeta(0.99, 99_000, 1_000) + incompleteBeta(0.01, 1_000, 99_000)).toBeCloseTo(1, 9)
  })
  test('binomial: the sum of its terms', () => {
    expect(binomialCdf(1, 3, 0.25)).toBeCloseTo(0.75 ** 3 + 3 * 0.25 * 0.75 ** 2, 12)
  })
  test("Student's t and the normal distribution, by the tables", () => {
    expect(studentQuantile(0.975, 9)).toBeCloseTo(2.262157, 5)
    expect(studentQuantile(0.975, 1)).toBeCloseTo(12.7062, 3)
    expect(studentQuantile(0.025, Infinity)).toBeCloseTo(-1.959964, 5)
  })
})

/** A series whose neighbours are alike by `memory` (0: independent), about a mean of 10. */
function series(random: () => number, count: number, memory: number): number[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  let state = normal()
  return Array.from({ length: count }, () => {
    state = memory * state + Math.sqrt(1 - memory * memory) * normal()
    return 10 + state
  })
}

/** Share of 300 intervals that hold the true value. */
function coverage(truth: number, interval: (random: () => number) => { low: number | null; high: number | null }) {
  const random = seededRandom(7)
  const held = Array.from({ length: 300 }, () => interval(random)).filter(
    ({ low, high }) => (low ?? -Infinity) <= truth && truth <= (high ?? Infinity),
  )
  return held.length / 300
}
const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b)

describe('of a quantile, by order statistics', () => {
  const of = (values: readonly number[], share: number, lost = 0) =>
    quantileInterval(values, ascending(values), share, lost)
  const shuffled = (count: number) => Array.from({ length: count }, (_, i) => ((i * 7919) % count) + 1)

  test('of the median of 100 values reaches from the 40th to the 61st', () => {
    const mixed = Array.from({ length: 100 }, (_, i) => ((i * 49) % 100) + 1)
    expect(of(mixed, 0.5)).toEqual({ low: 40, high: 61 })
  })
  test('is open above where too few values lie beyond', () => {
    expect(of(shuffled(40), 0.99)).toMatchObject({ high: null, low: expect.any(Number) })
  })
  test('is closed with as many values as are needed', () => {
    const needed = valuesNeeded(0.99)
    expect(needed).toBe(368)
    expect(binomialCdf(needed - 1, needed, 0.99)).toBeGreaterThanOrEqual(0.975)
    expect(binomialCdf(needed - 2, needed - 1, 0.99)).toBeLessThan(0.975)
  })
  test('is open where it reaches into the values that never came', () => {
    const values = Array.from({ length: 100 }, (_, i) => i % 10)
    expect(of(values, 0.9, 0).high).not.toBeNull()
    expect(of(values, 0.9, 20).high).toBeNull()
  })
  test('of nothing is open', () => {
    expect(of([], 0.5)).toEqual({ low: null, high: null })
  })
  test('holds the true median in 95 % of cases, also where neighbours are alike', () => {
    const covered = (memory: number) => coverage(10, (random) => of(series(random, 100, memory), 0.5))
    expect(covered(0)).toBeGreaterThan(0.93)
    expect(covered(0.7)).toBeGreaterThan(0.9)
  })
})

describe('of a mean', () => {
  test('holds the true mean in 95 % of cases, also where neighbours are alike', () => {
    expect(coverage(10, (random) => meanInterval(series(random, 60, 0)))).toBeGreaterThan(0.92)
    expect(coverage(10, (random) => meanInterval(series(random, 200, 0.7)))).toBeGreaterThan(0.9)
  })
  test('is open below three values', () => {
    expect(meanInterval([1, 2])).toEqual({ low: null, high: null })
  })
})

describe('the effective count', () => {
  test('of independent values is near their number, of alike ones far below', () => {
    const random = seededRandom(3)
    expect(effectiveCount(series(random, 1000, 0))).toBeGreaterThan(700)
    expect(effectiveCount(series(random, 1000, 0.9))).toBeLessThan(150)
  })
  test('of equal values is their number: nothing varies', () => {
    expect(effectiveCount([5, 5, 5, 5])).toBe(4)
  })
})

describe('of pooled values, by blocks of time', () => {
  const shares = { p50: 0.5, p99: 0.99 }
  /** `streams` gaps end at each moment, all with the moment's own part. */
  const together = (random: () => number, moments: number, streams: number) => {
    const common = series(random, moments, 0.5)
    const own = series(random, moments * streams, 0)
    const values = own.map((value, i) => value - 10 + (common[Math.floor(i / streams)] ?? 0))
    return { values: Float64Array.from(values), at: Float64Array.from(values, (_, i) => Math.floor(i / streams)) }
  }
  const of = (samples: { values: Float64Array; at: Float64Array }) =>
    blockBootstrap(samples, samples.values.toSorted(), shares)

  test('holds the true median though all streams share each moment', () => {
    expect(coverage(10, (random) => of(together(random, 300, 8)).p50)).toBeGreaterThan(0.9)
  })
  test('where the usual interval, which takes all gaps as independent, does not', () => {
    const naive = coverage(10, (random) => {
      const { values } = together(random, 300, 8)
      const half = 0.98 / Math.sqrt(values.length)
      const sorted = values.toSorted()
      return { low: quantile(sorted, 0.5 - half), high: quantile(sorted, 0.5 + half) }
    })
    expect(naive).toBeLessThan(0.6)
  })
  test('is the same each time', () => {
    const samples = together(seededRandom(1), 100, 3)
    expect(of(samples)).toEqual(of(samples))
  })
  test('of equal gaps is one value', () => {
    const values = new Float64Array(500).fill(0.02)
    expect(of({ values, at: Float64Array.from(values, (_, i) => i) }).p50).toEqual({ low: 0.02, high: 0.02 })
  })
  test('is open where there are too few stretches of time', () => {
    const values = new Float64Array(20).fill(0.02)
    expect(of({ values, at: Float64Array.from(values, (_, i) => i) }).p50).toEqual({ low: null, high: null })
  })
})

describe('of the rate of an open loop', () => {
  /** Arrivals of 10/s over `seconds`; each is answered after 0.2 s or so, as the server's queue allows. */
  function openLoop(random: () => number, seconds: number, even: boolean) {
    const specs: { sent: number; chunks: number[] }[] = []
    let free = 0
    for (let sent = 0; sent < seconds; sent += even ? 0.1 : -Math.log(1 - random()) / 10) {
      free = Math.max(free, sent) + (even ? 0.02 : -Math.log(1 - random()) * 0.05)
      specs.push({ sent, chunks: [free + 0.2 - sent] })
    }
    return measure(makeRecording(specs), { ...somePoint, clients: null })
  }
  const of = (measured: ReturnType<typeof openLoop>) => {
    const { start, end } = measured.span ?? { start: 0, end: 0 }
    return openRateInterval(measured, measured.ok.length / ((end - start) / 1e9), () => 1)
  }

  test('holds the rate of random arrivals in 95 % of cases', () => {
    expect(coverage(10, (random) => of(openLoop(random, 30, false)))).toBeGreaterThan(0.9)
  })
  test('is narrow where arrivals are even', () => {
    const [random, even] = [of(openLoop(seededRandom(1), 60, false)), of(openLoop(seededRandom(1), 60, true))]
    const width = ({ low, high }: typeof even) => (high ?? Infinity) - (low ?? 0)
    expect(width(even)).toBeLessThan(0.2)
    expect(width(random)).toBeGreaterThan(0.5)
  })
  test('is open below 30 answers', () => {
    expect(of(openLoop(seededRandom(1), 2.8, true))).toEqual({ low: null, high: null })
  })
  test('looks at its window alone', () => {
    const slow = openLoop(seededRandom(1), 60, true)
    const late = { ...slow, ok: slow.ok.filter((row) => row % 5 === 0 || row > 300) }
    const whole = openRateInterval(late, 10, () => 1)
    const steady = openRateInterval(late, 10, () => 1, { start: 35e9, end: 60e9 })
    expect([whole.low! < 8, steady.low! > 9.5]).toEqual([true, true])
  })
})

describe('of a share', () => {
  test('holds the true share in 95 % of cases', () => {
    const draw = (random: () => number) => Array.from({ length: 80 }, () => random() < 0.9)
    expect(coverage(0.9, (random) => shareInterval(draw(random)))).toBeGreaterThan(0.92)
  })
  test('of all is not certain', () => {
    expect(shareInterval(Array.from({ length: 20 }, () => true))).toEqual({ low: expect.closeTo(0.839, 3), high: 1 })
  })
})
