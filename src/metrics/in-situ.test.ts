import { expect, test } from 'vitest'
import { makeRecording } from '../recording/testing.ts'
import { inSituOf } from './in-situ.ts'

/** A canary event each 20 ms from 0, off by its place in µs. */
function canary(events: number) {
  const places = Array.from({ length: events }, (_, place) => place)
  return {
    name: 'load.canary_error',
    unit: 's',
    time: Float64Array.from(places, (place) => place * 20e6),
    value: Float64Array.from(places, (place) => place * 1e-6),
  }
}
const found = (events: number) =>
  inSituOf(
    makeRecording([{ sent: 1, chunks: [1] }], {
      series: [canary(events)],
      moments: { measureStart: 1, measureEnd: 3 },
    }),
  )

test('only events of the measured part count', () => {
  expect(found(1000)).toEqual({
    p50_s: expect.closeTo(100e-6, 12),
    p99_s: expect.closeTo(149e-6, 12),
    max_s: expect.closeTo(150e-6, 12),
    events: 101,
  })
})

test('too few events state nothing', () => {
  expect(found(60)).toBeNull()
})

test('without a canary nothing is stated', () => {
  expect(inSituOf(makeRecording([{ sent: 1, chunks: [1] }]))).toBeNull()
})
