import { describe, expect, test } from 'vitest'
import { closedLoopSpecs, makeRecording, type RecordingSpec, type RequestSpec } from '../recording/testing.ts'
import { boundOf } from './bound.ts'
import { deriveMetrics } from './index.ts'
import { measure, type PointFacts } from './measured.ts'
import { somePoint } from './testing.ts'
import type { VerdictFacts } from './verdict-facts.ts'
import { verdictRules } from './verdict-rules.ts'
import { judge, reasonTexts } from './verdict.ts'

const good = closedLoopSpecs({ clients: 1, count: 100, ttft: 0.1, gap: 0.02, tokens: 11 })

function facts(
  given: {
    specs?: readonly RequestSpec[]
    recording?: RecordingSpec
    point?: Partial<PointFacts>
    verdict?: Partial<VerdictFacts>
  } = {},
): VerdictFacts {
  const recording = makeRecording(given.specs ?? good, given.recording)
  const measured = measure(recording, { ...somePoint, ...given.point })
  return {
    measured,
    metrics: deriveMetrics(measured),
    accuracy: { floor: null, in_situ: okCanary, bound: boundOf(recording) },
    maxErrorRate: 0.01,
    saltedPrompts: true,
    alone: true,
    unknown: [],
    ...given.verdict,
  }
}

/** Worst status that one rule gives in its families; null when it finds nothing. */
function finding(rule: string, given: Parameters<typeof facts>[0]) {
  const reasons = judge(facts(given)).reasons.filter((reason) => reason.rule === rule)
  return reasons.find((reason) => reason.status === 'invalid')?.status ?? reasons[0]?.status ?? null
}

/** The good requests, the first `count` of them changed. */
const changed = (count: number, change: (spec: RequestSpec) => RequestSpec) =>
  good.map((spec, index) => (index < count ? change(spec) : spec))

test('a clean point is valid, without reasons', () => {
  expect(judge(facts())).toEqual({
    status: 'valid',
    families: { ttft: 'valid', itl: 'valid', e2e: 'valid', throughput: 'valid', workload: 'valid' },
    reasons: [],
  })
})

test('the point takes the worst family', () => {
  const verdict = judge(facts({ verdict: { alone: false } }))
  expect(verdict).toMatchObject({ status: 'suspect', families: { workload: 'suspect', itl: 'valid' } })
})

test('families that the point does not show are not judged', () => {
  const verdict = judge(facts({ point: { stream: false }, verdict: { accuracy: noAccuracy } }))
  expect(verdict.reasons.map((reason) => reason.family)).not.toContain('ttft')
  expect(verdict.families).toMatchObject({ ttft: 'valid', itl: 'valid', e2e: 'suspect' })
})

test('a reason of several families is told once', () => {
  expect(reasonTexts(judge(facts({ verdict: { accuracy: { ...noAccuracy, bound: okBound } } })))).toHaveLength(1)
})

const okCanary = { p50_s: 3e-5, p99_s: 1e-4, max_s: 1e-3, events: 500 }
const okBound = { p50_s: 1e-5, p99_s: 1e-4, max_s: 1e-3, polls: 100 }
const noAccuracy = { floor: null, in_situ: null, bound: null }

describe('accuracy', () => {
  test('not stated in situ is suspect', () => {
    expect(finding('accuracy_not_stated', { verdict: { accuracy: noAccuracy } })).toBe('suspect')
  })
  test('an unknown busy time is suspect', () => {
    expect(finding('late_stamps', { verdict: { accuracy: noAccuracy } })).toBe('suspect')
  })
  test.each([
    [200e-6, null],
    [500e-6, 'suspect'],
    [2.1e-3, 'invalid'],
  ])('a busy time of %s s beside gaps of 20 ms: %s', (p99_s, expected) => {
    const accuracy = { ...noAccuracy, in_situ: okCanary, bound: { ...okBound, p99_s } }
    expect(finding('late_stamps', { verdict: { accuracy } })).toBe(expected)
  })
  test.each([
    [200e-6, null],
    [500e-6, 'suspect'],
    [2.1e-3, 'invalid'],
  ])('a canary off by %s s beside gaps of 20 ms, on a loop that was never busy: %s', (p99_s, expected) => {
    const accuracy = { floor: null, in_situ: { ...okCanary, p99_s }, bound: okBound }
    expect(finding('late_stamps', { verdict: { accuracy } })).toBe(expected)
  })
  test('a busy loop concerns gaps before it concerns latencies', () => {
    const verdict = judge(
      facts({ verdict: { accuracy: { ...noAccuracy, in_situ: okCanary, bound: { ...okBound, p99_s: 1.9e-3 } } } }),
    )
    expect(verdict.families).toMatchObject({ itl: 'suspect', ttft: 'valid', e2e: 'valid' })
  })
  test('the bound comes from the polls of the measured part', () => {
    const recording = makeRecording([{ sent: 0, chunks: [1, 2, 3] }], {
      busy: [1, 2e-3, 4e-3],
      moments: { measureStart: 1.5, measureEnd: 5 },
    })
    expect(boundOf(recording)).toMatchObject({ p50_s: expect.closeTo(3e-3, 9), max_s: 4e-3, polls: 2 })
  })
})

describe('coalesced reads', () => {
  const coalesced = (gaps: number) =>
    changed(gaps, (spec) => ({
      ...spec,
      chunks: spec.chunks!.map((at, index) => ({ at: at as number, sameRead: index === 5 })),
    }))
  test.each([
    [10, null],
    [20, 'suspect'],
    [60, 'invalid'],
  ])('%s of 1000 gaps: %s', (gaps, expected) => {
    expect(finding('coalesced_reads', { specs: coalesced(gaps) })).toBe(expected)
  })
})

test.each([
  [0, null],
  [3, 'suspect'],
  [10, 'invalid'],
])('%s of 100 answers in one piece though a stream was asked for: %s', (count, expected) => {
  const specs = changed(count, (spec) => ({ ...spec, chunks: [{ at: 0.3, tokens: 11 }] }))
  expect(finding('not_streamed', { specs })).toBe(expected)
})

describe('lengths', () => {
  const asked = (tokens: number) => changed(100, (spec) => ({ ...spec, columns: { askedOutputTokens: tokens } }))
  test.each([
    [11, null],
    [11.5, 'suspect'],
    [16, 'invalid'],
  ])('11 tokens counted, %s asked for: %s', (tokens, expected) => {
    expect(finding('output_length', { specs: asked(tokens) })).toBe(expected)
  })
  test('answers that ended by length too early are clamped', () => {
    const specs = changed(5, (spec) => ({ ...spec, columns: { askedOutputTokens: 12, finishReason: 'length' } }))
    expect(finding('output_clamped', { specs })).toBe('suspect')
  })
  test('answers that stopped by themselves are not clamped', () => {
    const specs = changed(50, (spec) => ({ ...spec, columns: { askedOutputTokens: 12, finishReason: 'stop' } }))
    expect(finding('output_clamped', { specs })).toBeNull()
  })
  test('cut prompts', () => {
    const specs = changed(100, (spec) => ({ ...spec, columns: { askedPromptTokens: 25 } }))
    expect(finding('prompt_length', { specs })).toBe('invalid')
  })
})

describe('load', () => {
  const paused = (pause: number) =>
    Array.from({ length: 100 }, (_, index) => ({ sent: index * (0.3 + pause), chunks: good[0]!.chunks! }))
  test.each([
    [0.001, null],
    [0.015, 'suspect'],
    [0.1, 'invalid'],
  ])('one client that pauses %s s after 0.3 s: %s', (pause, expected) => {
    expect(finding('load_not_reached', { specs: paused(pause) })).toBe(expected)
  })
  test('clients that were never all at work are suspect', () => {
    expect(finding('load_not_reached', { recording: { moments: { firstIdle: 0 } } })).toBe('suspect')
  })
})

describe('caches', () => {
  const specs = changed(100, (spec) => ({ ...spec, columns: { cachedTokens: 4 } }))
  test('that know salted prompts are a reason', () => {
    expect(finding('cached_prompts', { specs })).toBe('invalid')
  })
  test('may know prompts that are not salted', () => {
    expect(finding('cached_prompts', { specs, verdict: { saltedPrompts: false } })).toBeNull()
  })
})

describe('failures', () => {
  const failed = (count: number) => changed(count, (spec) => ({ ...spec, columns: { outcome: 'http_error' } }))
  test.each([
    [1, null],
    [2, 'invalid'],
  ])('%s of 100 failed, one allowed: %s', (count, expected) => {
    expect(finding('failures', { specs: failed(count) })).toBe(expected)
  })
  test('of all requests make every family invalid', () => {
    const verdict = judge(facts({ specs: failed(100) }))
    expect(new Set(Object.values(verdict.families))).toEqual(new Set(['invalid']))
  })
})

describe('token counts', () => {
  test('by the tokenizer are suspect', () => {
    const specs = changed(100, (spec) => ({
      ...spec,
      columns: { serverOutputTokens: null, tokenizerOutputTokens: 11 },
    }))
    expect(finding('token_counts', { specs })).toBe('suspect')
  })
  test('by nobody are suspect', () => {
    const specs = changed(100, (spec) => ({ ...spec, columns: { serverOutputTokens: null } }))
    expect(finding('token_counts', { specs })).toBe('suspect')
  })
})

test('other runs on the host are suspect', () => {
  expect(finding('not_alone', { verdict: { alone: false } })).toBe('suspect')
})

test('unknown inputs are a reason in their own words', () => {
  const verdict = judge(facts({ verdict: { unknown: ["the server's log could not be read"] } }))
  expect(verdict.reasons).toMatchObject([{ rule: 'unknown_input', text: "the server's log could not be read" }])
})

test('every rule has a sentence that describes it', () => {
  expect(verdictRules.filter((rule) => rule.describe.length < 20)).toEqual([])
})
