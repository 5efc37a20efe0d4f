import { describe, expect, test } from 'vitest'
import type { Series } from '../recording/recording.ts'
import { closedLoopSpecs, makeRecording, type RequestSpec } from '../recording/testing.ts'
import { inFlight, littlesLaw } from './littles-law.ts'
import { measure } from './measured.ts'
import { somePoint } from './testing.ts'
import type { VerdictFacts } from './verdict-facts.ts'

/** Four clients, 100 requests of 0.3 s: 30 request-seconds in 7.5 s. */
const specs = closedLoopSpecs({ clients: 4, count: 100, ttft: 0.1, gap: 0.02, tokens: 11 })
const total = 100 * 0.3

const counted = (seconds: number, name = 'load.request_seconds'): Series => ({
  name,
  unit: 's',
  time: Float64Array.of(8e9),
  value: Float64Array.of(seconds),
})

function status(requests: readonly RequestSpec[], series: readonly Series[]) {
  const facts = { measured: measure(makeRecording(requests, { series }), somePoint) } as VerdictFacts
  return littlesLaw('throughput').judge(facts)?.status ?? null
}

test('mean in flight is rate x mean time', () => {
  const found = inFlight(makeRecording(specs, { series: [counted(total)] }))
  expect(found).toMatchObject({ counted: expect.closeTo(4, 2), least: expect.closeTo(4, 2) })
  expect(status(specs, [counted(total)])).toBeNull()
})

test('the counts of several load threads belong together', () => {
  const half = (thread: number) => counted(total / 2, `load.request_seconds.${thread}`)
  expect(status(specs, [half(0), half(1)])).toBeNull()
  expect(status(specs, [half(0)])).toBe('invalid')
})

describe('a broken recording', () => {
  test.each([
    [1, null],
    [5, 'suspect'],
    [20, 'invalid'],
  ])('%s of 100 requests are missing: %s', (missing, expected) => {
    expect(status(specs.slice(missing), [counted(total)])).toBe(expected)
  })
  test('requests that stand twice', () => {
    expect(status([...specs, ...specs.slice(0, 50)], [counted(total)])).toBe('invalid')
  })
  test('ends with wrong times, as by a thread with a clock of its own', () => {
    const late = specs.map((spec, place) =>
      place % 2 === 0 ? spec : { ...spec, columns: { ...spec.columns, closed: (spec.sent! + 0.5) * 1e9 } },
    )
    expect(status(late, [counted(total)])).toBe('invalid')
  })
})

test('a request may have waited for its connection to open', () => {
  const opened = specs.map((spec) => ({ ...spec, columns: { ...spec.columns, connect: 0.05e9, tls: 0.05e9 } }))
  expect(status(opened, [counted(total + 100 * 0.1)])).toBeNull()
  expect(status(opened, [counted(total)])).toBeNull()
  expect(status(opened, [counted(total + 100 * 0.2)])).toBe('invalid')
})

test('recordings without a count are not judged', () => {
  expect(status(specs, [])).toBeNull()
})
