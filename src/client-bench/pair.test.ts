import { expect, test } from 'vitest'
import type { ClientRun } from './client-run.ts'
import { pair } from './pair.ts'
import type { Truth } from './stubs/bench-stub.ts'

/** Two requests, answered in the other order; one of three chunks, one of two. */
const truth: Truth = {
  id: Float64Array.of(8, 7),
  received: Float64Array.of(1000, 2000),
  firstDue: Float64Array.of(1500, 2500),
  chunkStart: Float64Array.of(0, 2),
  sent: Float64Array.of(1500, 2500, 2600, 3600, 4600),
}

function run(changes: Partial<ClientRun> = {}): ClientRun {
  return {
    startNs: 0,
    endNs: 9000,
    id: Float64Array.of(7, 8),
    intended: Float64Array.of(1880, NaN),
    writeStart: Float64Array.of(1900, 950),
    chunkStart: Float64Array.of(0, 3),
    time: Float64Array.of(2610, 3640, 4605, 1530, 2520),
    read: Float64Array.of(2, 4, 4, 1, 3),
    selfReported: null,
    ...changes,
  }
}

test('each stamp is compared with the send of its own chunk', () => {
  expect([...pair(run(), truth).error]).toEqual([10, 40, 5, 30, 20])
})

test('first tokens from the write, truly from the receipt', () => {
  const { ttft } = pair(run(), truth)
  expect([[...ttft.client], [...ttft.truth]]).toEqual([
    [710, 580],
    [600, 500],
  ])
})

test('gaps within a request only', () => {
  const { gap } = pair(run(), truth)
  expect([[...gap.client], [...gap.truth]]).toEqual([
    [1030, 965, 990],
    [1000, 1000, 1000],
  ])
})

test('chunks share a read where the client says so', () => {
  expect([...pair(run(), truth).shared]).toEqual([0, 0, 1, 0, 0])
})

test('and where it cannot say, when their stamps are as close as within one read', () => {
  const times = Float64Array.of(20_000, 40_000, 41_000, 0, 20_000)
  expect([...pair(run({ read: null, time: times }), truth).shared]).toEqual([0, 0, 1, 0, 0])
})

test('lateness by the write and by the receipt', () => {
  const { writeLateness, receiveLateness } = pair(run(), truth)
  expect([writeLateness[0], receiveLateness[0], writeLateness[1]]).toEqual([20, 120, NaN])
})

test('a chunk that was lost is no small error', () => {
  expect(() => pair(run({ time: Float64Array.of(2610, 3640, 4605, 1530) }), truth)).toThrow(
    'request 8: 2 chunks were sent and 1 recorded',
  )
})

test('nor is a request that the server never saw', () => {
  expect(() => pair(run({ id: Float64Array.of(7, 9) }), truth)).toThrow('request 9 never reached the stub')
})
