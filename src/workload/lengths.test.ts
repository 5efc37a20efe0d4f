import { describe, expect, test } from 'vitest'
import { classicLengths, standardNormalCdf, standardNormalQuantile, stratifiedLengths } from './lengths.ts'
import { seededRandom } from './seeded-random.ts'

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

describe('stratified lengths', () => {
  const shapes = [
    { mean: 2600, variation: 0.3, max: 7800 },
    { mean: 2600, variation: 0.3, max: 4000 },
    { mean: 60, variation: 0.3, max: null },
    { mean: 128, variation: 1.5, max: 384 },
    { mean: 1, variation: 0.3, max: 3 },
    { mean: 2, variation: 2, max: null },
    { mean: 500, variation: 0, max: 1500 },
    { mean: 500, variation: 0.3, max: 500 },
  ]
  for (const shape of shapes) {
    test.each([1, 2, 7, 36, 160])(
      `mean ${shape.mean} x ${shape.variation}, max ${shape.max}: %i sum to it`,
      (count) => {
        const lengths = stratifiedLengths(shape, count, seededRandom(1))
        expect(lengths).toHaveLength(count)
        expect(sum(lengths)).toBe(count * shape.mean)
        expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1)
        expect(Math.max(...lengths)).toBeLessThanOrEqual(shape.max ?? Infinity)
        expect(lengths.every(Number.isInteger)).toBe(true)
      },
    )
  }

  test('spread like the normal distribution', () => {
    const lengths = stratifiedLengths({ mean: 1000, variation: 0.3, max: 3000 }, 2000, seededRandom(1))
    const deviation = Math.sqrt(sum(lengths.map((length) => (length - 1000) ** 2)) / lengths.length)
    expect(Math.abs(deviation - 300)).toBeLessThan(2)
    expect(lengths.filter((length) => length < 700).length / 2000).toBeCloseTo(0.1587, 2)
  })

  test('come in an order that the seed decides', () => {
    const shape = { mean: 100, variation: 0.3, max: 300 }
    const [one, same, other] = [7, 7, 8].map((seed) => stratifiedLengths(shape, 50, seededRandom(seed)))
    expect(one).toEqual(same)
    expect(one).not.toEqual(other)
    expect([...(one ?? [])].sort((a, b) => a - b)).toEqual([...(other ?? [])].sort((a, b) => a - b))
  })

  test('none for no requests', () => {
    expect(stratifiedLengths({ mean: 100, variation: 0.3, max: 300 }, 0, seededRandom(1))).toEqual([])
  })
})

describe('classic lengths', () => {
  test("are numpy's draws for seed 42, prompts first", () => {
    const drawn = classicLengths(
      { mean: 2600, variation: 0.3, max: 4000 },
      { mean: 60, variation: 0.3, max: null },
      37,
      42,
    )
    expect(drawn.prompt.slice(0, 12)).toEqual([2987, 2492, 3105, 3787, 2417, 2417, 3831, 3198, 2233, 3023, 2238, 2236])
    expect(drawn.output.slice(0, 12)).toEqual([24, 36, 63, 73, 63, 57, 54, 33, 47, 51, 79, 66])
    expect([sum(drawn.prompt), sum(drawn.output)]).toEqual([91725, 2197])
  })

  test('are cut at the longest prompt', () => {
    const drawn = classicLengths(
      { mean: 1200, variation: 0.3, max: 1500 },
      { mean: 128, variation: 0.3, max: null },
      500,
      7,
    )
    expect(Math.max(...drawn.prompt)).toBe(1500)
    expect(drawn.prompt.slice(-6)).toEqual([686, 1460, 1500, 1141, 736, 1296])
    expect([sum(drawn.prompt), sum(drawn.output), Math.min(...drawn.prompt)]).toEqual([571809, 63906, 90])
    expect(drawn.raised).toBe(0)
  })

  test('are at least 1, and count how often they were raised to it', () => {
    const drawn = classicLengths({ mean: 10, variation: 2, max: 100 }, { mean: 10, variation: 0, max: null }, 200, 42)
    expect(Math.min(...drawn.prompt)).toBe(1)
    expect(drawn.raised).toBeGreaterThan(20)
    expect(drawn.raised).toBeLessThan(120)
  })
})

describe('the standard normal distribution', () => {
  test.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1.96, 0.024997895148220435],
    [3.5, 0.9997673709209645],
  ])('P(Z <= %d) = %d', (x, probability) => {
    expect(standardNormalCdf(x)).toBeCloseTo(probability, 14)
  })

  test.each([
    [0.025, -1.9599639845400545],
    [0.5, 0],
    [0.9, 1.2815515655446004],
    [0.0005, -3.2905267314918945],
  ])('quantile %d is %d', (p, x) => {
    expect(standardNormalQuantile(p)).toBeCloseTo(x, 11)
  })
})
