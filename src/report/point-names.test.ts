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
