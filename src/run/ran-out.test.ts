import { expect, test } from 'vitest'
import { noStop, testPlan } from '../load/testing/plan.ts'
import { makeRecording } from '../recording/testing.ts'
import { ranOut } from './ran-out.ts'

const plan = (durationSeconds: number | null) => testPlan(1, { count: 2, stop: { ...noStop, durationSeconds } })
const specs = [
  { sent: 0, chunks: [0.5] },
  { sent: 1.5, chunks: [0.5] },
]

test('requests that run out before the time is up are told, with when', () => {
  expect(ranOut(plan(30), makeRecording(specs))).toBe(
    'all 2 requests were sent after 1.50 s of the 30 s asked for: ask for more --requests',
  )
})

test.each([
  ['a time that was up', plan(30), makeRecording(specs, { ending: 'duration' })],
  ['a point without one', plan(null), makeRecording(specs)],
])('%s says nothing', (_, given, recording) => {
  expect(ranOut(given, recording)).toBeNull()
})
