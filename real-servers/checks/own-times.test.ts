import { describe, expect, test } from 'vitest'
import { compareMeans, compareRequests } from './own-times.ts'

const allowance = { seconds: 0.02, why: 'the transport' }

describe('request by request', () => {
  test('ours a little longer is told', () => {
    expect(compareRequests('E2E', [0.11, 0.21, 0.315], [0.1, 0.2, 0.3], allowance)).toBe(
      'E2E by 10.0 ms at the median of 3, 10.0 ms at least',
    )
  })

  test('one that is shorter than what the server needed is impossible', () => {
    expect(() => compareRequests('E2E', [0.11, 0.19], [0.1, 0.2], allowance)).toThrow('10.0 ms shorter')
  })

  test('more than the transport explains', () => {
    expect(() => compareRequests('TTFT', [0.15, 0.25, 0.31], [0.1, 0.2, 0.3], allowance)).toThrow(
      "TTFT: ours is 50.0 ms longer than the server's own; the transport explains 20.0 ms at most",
    )
  })

  test('what one of the two does not know is left out', () => {
    expect(compareRequests('TTFT', [null, 0.2], [0.1, null], allowance)).toBeNull()
  })
})

test('sums of all requests: our mean may be longer, not shorter, and not by much', () => {
  const ours = [0.1, 0.3]
  expect(compareMeans('E2E', ours, 0.19, allowance)).toBe('E2E by 10.0 ms of 200.0 ms (mean of 2)')
  expect(() => compareMeans('E2E', ours, 0.21, allowance)).toThrow('10.0 ms below')
  expect(() => compareMeans('E2E', ours, 0.1, allowance)).toThrow('100.0 ms longer')
})
