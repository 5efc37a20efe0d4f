import { expect, test } from 'vitest'
import { seededRandom } from './seeded-random.ts'

const draws = (count: number, ...seed: (string | number)[]): number[] => {
  const random = seededRandom(...seed)
  return Array.from({ length: count }, () => random.next())
}

test('equal seeds give equal sequences', () => {
  expect(draws(50, 'a', 1)).toEqual(draws(50, 'a', 1))
})

test('the sequence of a seed stays what it is: results are replayed by it', () => {
  const random = seededRandom('servemark', 42)
  expect(Array.from({ length: 6 }, () => random.integer(1000))).toEqual([101, 618, 579, 309, 890, 726])
})

test('near seeds, and seeds that look alike when joined, give unrelated sequences', () => {
  const sequences = [draws(4, 1), draws(4, 2), draws(4, '1'), draws(4, 'a', 'b'), draws(4, 'ab'), draws(4, 'a,b')]
  expect(new Set(sequences.flat()).size).toBe(24)
})

test('next is uniform in [0, 1)', () => {
  const values = draws(20_000, 'uniform')
  const tenths = Array.from({ length: 10 }, (_, k) => values.filter((v) => v >= k / 10 && v < (k + 1) / 10).length)
  expect(tenths.reduce((a, b) => a + b)).toBe(20_000)
  for (const share of tenths) expect(Math.abs(share - 2000)).toBeLessThan(200)
})

test('shuffle keeps all values and leaves its input alone', () => {
  const input = Array.from({ length: 100 }, (_, i) => i)
  const shuffled = seededRandom(3).shuffle(input)
  expect(input[99]).toBe(99)
  expect(shuffled).not.toEqual(input)
  expect([...shuffled].sort((a, b) => a - b)).toEqual(input)
})

test('shuffle makes each order of three equally often', () => {
  const random = seededRandom('orders')
  const counts = new Map<string, number>()
  for (let i = 0; i < 6000; i++) {
    const order = random.shuffle(['a', 'b', 'c']).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  expect(counts.size).toBe(6)
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
})
