import { describe, expect, test } from 'vitest'
import { closedLoopSpecs, makeRecording, type RecordingSpec, type RequestSpec } from '../recording/testing.ts'
import { loadRules } from './load-rules.ts'
import { machineRules } from './machine-rules.ts'
import { measure } from './measured.ts'
import { somePoint } from './testing.ts'
import type { VerdictFacts } from './verdict-facts.ts'

/** Worst status that the rule gives; null when it finds nothing. */
function finding(rule: string, specs: readonly RequestSpec[], recording: RecordingSpec = {}) {
  const facts = { measured: measure(makeRecording(specs, recording), somePoint) } as VerdictFacts
  const rules = [...loadRules, ...machineRules].filter(({ id }) => id === rule)
  expect(rules.length).toBeGreaterThan(0)
  const found = rules.map((each) => each.judge(facts)?.status ?? null)
  return found.includes('invalid') ? 'invalid' : (found.find((status) => status !== null) ?? null)
}

/** Requests each 0.1 s, sent so much later than intended. */
function openLoop(options: { lateness?: number; stretch?: number; dropped?: number } = {}): RequestSpec[] {
  const { lateness = 0, stretch = 1, dropped = 0 } = options
  return Array.from({ length: 100 }, (_, index) => ({
    sent: index < dropped ? null : index * 0.1 * stretch + lateness,
    chunks: index < dropped ? [] : [0.05, 0.06],
    columns: { client: null, intended: index * 1e8, ...(index < dropped ? { outcome: 'not_sent' as const } : {}) },
  }))
}

const counter = (name: string, from: number, to: number) => ({
  name,
  unit: 's',
  time: Float64Array.from([0, 10e9]),
  value: Float64Array.from([from, to]),
})

describe('late sends', () => {
  const late = (seconds: number): RecordingSpec => ({
    series: [
      {
        name: 'load.send_lateness',
        unit: 's',
        time: Float64Array.from({ length: 100 }, (_, index) => index * 1e8),
        value: new Float64Array(100).fill(seconds),
      },
    ],
  })
  test.each([
    [0.004, null],
    [0.006, 'suspect'],
    [0.026, 'invalid'],
  ])('%s s with gaps of 0.1 s: %s', (seconds, expected) => {
    expect(finding('late_sends', openLoop(), late(seconds))).toBe(expected)
  })
  test('a closed loop has none', () => {
    expect(finding('late_sends', closedLoopSpecs({ clients: 1, count: 9, ttft: 1, gap: 1, tokens: 2 }))).toBeNull()
  })
})

describe('rate', () => {
  test.each([
    [1, null],
    [1.05, 'suspect'],
    [1.2, 'invalid'],
  ])('sends that take %s of the planned time: %s', (stretch, expected) => {
    expect(finding('rate_not_reached', openLoop({ stretch }))).toBe(expected)
  })
  test.each([
    [1, null],
    [5, 'suspect'],
    [20, 'invalid'],
  ])('%s of 100 dropped: %s', (dropped, expected) => {
    expect(finding('rate_not_reached', openLoop({ dropped }))).toBe(expected)
  })
  test('late by the same time is the same rate', () => {
    expect(finding('rate_not_reached', openLoop({ lateness: 5 }))).toBeNull()
  })
})

test.each([
  ['complete', null],
  ['saturated', 'suspect'],
] as const)('an open loop that ended %s: %s', (ending, expected) => {
  expect(finding('over_saturated', openLoop(), { ending })).toBe(expected)
})

test.each([
  ['complete', null],
  ['error_rate', 'invalid'],
] as const)('a point that ended %s: %s', (ending, expected) => {
  expect(finding('ended_by_failures', openLoop(), { ending })).toBe(expected)
})

test.each([
  [9, null],
  [7.5, 'suspect'],
  [4, 'invalid'],
])('of 10 s, no request left after %s: %s', (firstIdle, expected) => {
  const moments = { measureStart: 0, firstIdle, measureEnd: 10 }
  expect(finding('drain_share', openLoop(), { moments })).toBe(expected)
})

describe('not warm', () => {
  const specs = (first: number, second: number, spread = 0): RequestSpec[] =>
    Array.from({ length: 100 }, (_, index) => {
      const latency = (index < 50 ? first : second) + (index % 2 === 0 ? spread : -spread)
      return { sent: index, chunks: [latency / 2, latency] }
    })
  const moments = { allStarted: 0, firstIdle: 100 }
  test.each([
    [0.5, 0.5, 0, null],
    [0.54, 0.5, 0, null],
    [0.6, 0.5, 0, 'suspect'],
    [0.5, 0.6, 0, 'suspect'],
    [0.6, 0.5, 0.3, null],
  ])('halves of %s s and %s s, spread by %s s: %s', (first, second, spread, expected) => {
    expect(finding('not_warm', specs(first, second, spread), { moments })).toBe(expected)
  })
  test('without a steady part there are no halves', () => {
    expect(finding('not_warm', specs(2, 1), { moments: { allStarted: null } })).toBeNull()
  })
})

describe('the machine', () => {
  const moments = { measureStart: 0, measureEnd: 10 }
  test.each([
    [0.01, null],
    [0.1, 'suspect'],
    [0.3, 'invalid'],
  ])('%s s stolen from 20 s of its cores: %s', (steal, expected) => {
    const series = [counter('machine.steal', 5, 5 + steal), counter('machine.total', 100, 120)]
    expect(finding('stolen_time', openLoop(), { series, moments })).toBe(expected)
  })
  test.each([
    [0, null],
    [0.01, 'suspect'],
    [0.2, 'invalid'],
  ])('%s s of 10 s without quota: %s', (throttled, expected) => {
    const series = [counter('machine.throttled', 3, 3 + throttled)]
    expect(finding('throttled', openLoop(), { series, moments })).toBe(expected)
  })
  test('that does not tell is not judged', () => {
    expect(finding('stolen_time', openLoop(), { moments })).toBeNull()
  })
})
