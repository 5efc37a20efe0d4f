import { expect, test } from 'vitest'
import { listPoints, pointNames } from './point-names.ts'
import { syntheticResult } from './testing.ts'

const results = [
  ...[1, 2].map((clients) => syntheticResult({ clients })),
  ...[2.5, 4].map((rate) => syntheticResult({ rate })),
]

test('points are called by their load', () => {
  expect(pointNames(results)).toEqual(['clients=1', 'clients=2', 'rate=2.5', 'rate=4'])
})

test('in a list the kind of load is said once', () => {
  expect(listPoints(results, [0, 1, 2])).toBe('clients=1, 2, rate=2.5')
  expect(listPoints(results, [2, 3])).toBe('rate=2.5, 4')
})

test('points of many groups are counted, and two of one name are named once', () => {
  const results = Array.from({ length: 10 }, (_, i) => syntheticResult({ label: `s${i}`, configuration: 'x' }))
  const some = results.slice(0, 9).map((_, i) => i)
  expect(listPoints(results, some)).toBe(
    's0 clients=1; s1 clients=1; s2 clients=1; s3 clients=1; s4 clients=1; s5 clients=1; and 3 other points',
  )
  const twice = [syntheticResult(), syntheticResult(), syntheticResult({ clients: 2 })]
  expect(listPoints(twice, [0, 1])).toBe('clients=1')
})
