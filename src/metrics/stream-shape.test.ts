import { expect, test } from 'vitest'
import { mulberry32 } from '../mulberry32.ts'
import { makeRecording, type RequestSpec } from '../recording/testing.ts'
import { measure } from './measured.ts'
import { observedShape } from './stream-shape.ts'
import { somePoint } from './testing.ts'

/** Eight clients' answers of 20 chunks each 20 ms, each client shifted by its share of a gap. */
function shape(phase: (client: number) => number, change: (spec: RequestSpec) => RequestSpec = (spec) => spec) {
  const specs = Array.from({ length: 8 }, (_, client) => {
    const chunks = Array.from({ length: 20 }, (_, chunk) => 0.1 + phase(client) * 0.02 + chunk * 0.02)
    return change({ sent: 0, chunks, columns: { client, bytesOut: 900 } })
  })
  return observedShape(measure(makeRecording(specs), { ...somePoint, clients: 8 }))
}

test('streams, times and sizes are those of the recording', () => {
  expect(shape((client) => client / 8)).toEqual({
    streams: 8,
    first: expect.closeTo(0.11, 2),
    gap: expect.closeTo(0.02, 9),
    chunks: 20,
    tokensPerChunk: 1,
    chunkBytes: 200,
    requestBytes: 900,
    lockStep: false,
  })
})

test('chunks that come together are lock step, phases of their own are not', () => {
  const random = mulberry32(3)
  const lockStep = (phase: (client: number) => number) => shape(phase)?.lockStep
  expect([lockStep(() => 0), lockStep((client) => client / 200), lockStep(() => random())]).toEqual([true, true, false])
})

test('a chunk of three tokens', () => {
  const three = shape(
    () => 0,
    (spec) => ({ ...spec, columns: { ...spec.columns, serverOutputTokens: 60 } }),
  )
  expect(three?.tokensPerChunk).toBe(3)
})

test('answers without a chunk have no shape', () => {
  expect(
    shape(
      () => 0,
      ({ sent }) => ({ sent, chunks: [] }),
    ),
  ).toBeNull()
})
