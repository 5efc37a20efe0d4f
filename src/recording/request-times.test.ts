import { expect, test } from 'vitest'
import { answeredAt, classicRows, overAt, tokenChunkRows, tokenGaps } from './request-times.ts'
import { makeRecording } from './testing.ts'

test('chunks with tokens are found in order, others are not', () => {
  const recording = makeRecording([
    { sent: 0, chunks: [9] },
    { sent: 0, chunks: [{ at: 1, kind: 'role' }, 2, { at: 3, kind: 'usage' }, 4] },
  ])
  expect(tokenChunkRows(recording, 1)).toEqual([2, 4])
})

test('gaps begin at the send', () => {
  expect(tokenGaps(makeRecording([{ sent: 1, chunks: [0.5, 0.75] }]), 0)).toEqual([0.5, 0.25])
})

test('an answer is there with the later of last token and finish reason', () => {
  const { requests } = makeRecording([{ sent: 0, chunks: [1], columns: { finished: 2e9, endMark: 5e9 } }])
  expect(answeredAt(requests, 0)).toBe(2e9)
})

test('a stalled request is on the wire until it is closed', () => {
  const { requests } = makeRecording([{ sent: 0, chunks: [1], columns: { closed: 60e9, outcome: 'stalled' } }])
  expect(overAt(requests, 0)).toBe(60e9)
})

test('a request that was never sent has no end', () => {
  const { requests } = makeRecording([{ sent: null, columns: { outcome: 'not_sent' } }])
  expect([overAt(requests, 0), answeredAt(requests, 0)]).toEqual([null, null])
})

test("the original's part holds ok requests of the measured phase", () => {
  const recording = makeRecording([
    { sent: 0, chunks: [1], columns: { phase: 'warmup' } },
    { sent: 0, chunks: [1] },
    { sent: 0, chunks: [1], columns: { outcome: 'truncated' } },
  ])
  expect(classicRows(recording)).toEqual([1])
})
