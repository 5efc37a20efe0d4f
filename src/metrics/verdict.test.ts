import { describe, expect, test } from 'vitest'
import { closedLoopSpecs, makeRecording, type RecordingSpec, type RequestSpec } from '../recording/testing.ts'
import { boundOf } from './bound.ts'
import { deriveMetrics } from './index.ts'
import { measure, type PointFacts } from './measured.ts'
import { somePoint } from './testing.ts'
import type { VerdictFacts } from './verdict-facts.ts'
import { verdictRules } from './verdict-rules.ts'
import { judge } from './verdict.ts'

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
    retries: 0,
    promptCache: { state: 'off', text: null },
    ownTokenizer: true,
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
  test.each([
    ['a busy loop', { p99_s: 3e-3 }, { p99_s: 3.1e-3 }, 'the client was the limit'],
    ['a busy loop, later than the canary', { p99_s: 3e-3, run_delay_p99_s: 1e-3 }, {}, 'the client was the limit'],
    ['a wait for a core', { p99_s: 3e-3, run_delay_p99_s: 2e-3 }, {}, 'other work had its cores'],
    ['a loop that was let run late', { p99_s: 1e-4 }, { p99_s: 3e-3 }, 'other work had its cores'],
  ])('%s says so', (_, busy, canary, text) => {
    const accuracy = { ...noAccuracy, in_situ: { ...okCanary, ...canary }, bound: { ...okBound, ...busy } }
    const reason = judge(facts({ verdict: { accuracy } })).reasons.find(({ rule }) => rule === 'late_stamps')
    expect(reason?.text).toContain(text)
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

  test('the bound holds the wait for a core too', () => {
    const recording = makeRecording([{ sent: 0, chunks: [1, 2, 3] }], { busy: [1e-3], runDelay: [2e-3, 4e-3] })
    expect(boundOf(recording)).toMatchObject({ max_s: 5e-3, run_delay_p99_s: 4e-3 })
  })

  test.each([
    [1, 1e-3],
    [300, 8e-3],
  ])('the bound is over reads: a long turn before a poll of %i reads gives a p99 of %f s', (reads, p99) => {
    const recording = makeRecording([{ sent: 0, chunks: Array.from({ length: 200 }, (_, nth) => (nth + 1) / 100) }], {
      busy: [8e-3, 1e-3],
    })
    const batches = {
      ...recording.batches,
      reads: recording.batches.reads.map((one, row) => (row === 0 ? reads : one)),
    }
    expect(boundOf({ ...recording, batches })?.p99_s).toBeCloseTo(p99, 9)
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

describe('over half of an answer in one chunk', () => {
  const words = (count: number) => ' word'.repeat(count)
  const chunked = (told: boolean, ...sizes: number[]) =>
    changed(100, (spec) => ({
      ...spec,
      chunks: sizes.map((tokens, i) => ({ at: 0.1 + i / 10, tokens: told ? tokens : -1, text: words(tokens) })),
      columns: { serverOutputTokens: sizes.reduce((sum, size) => sum + size, 0) },
    }))
  test.each([true, false])('is no stream, chunks tell their tokens: %s', (told) => {
    expect(finding('not_streamed', { specs: chunked(told, 1, 8, 2) })).toBe('invalid')
    expect(finding('not_streamed', { specs: chunked(told, 3, 5, 3) })).toBeNull()
  })
  test('may be a speculative step where the answer has 4 tokens', () => {
    expect(finding('not_streamed', { specs: chunked(true, 1, 3) })).toBeNull()
  })
  test('is one long word where every token has its chunk', () => {
    const specs = changed(100, (spec) => ({
      ...spec,
      chunks: spec.chunks!.map((at, i) => ({ at: at as number, tokens: -1, text: i === 3 ? words(50) : 'a' })),
    }))
    expect(finding('not_streamed', { specs })).toBeNull()
  })
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
  test('that differ by request though their mean is right', () => {
    const netted = (off: number) =>
      good.map((spec, i) => ({ ...spec, columns: { askedOutputTokens: 11 + (i % 2 === 0 ? off : -off) } }))
    expect(finding('output_length', { specs: netted(5) })).toBe('invalid')
    expect(finding('output_length', { specs: netted(1) })).toBe('suspect')
    expect(finding('output_length', { specs: netted(0.1) })).toBeNull()
  })
  const prompts = (counted: number, ownTokenizer: boolean) =>
    finding('prompt_length', {
      specs: changed(100, (spec) => ({
        ...spec,
        columns: { askedPromptTokens: 1000, serverPromptTokens: counted },
      })),
      verdict: { ownTokenizer },
    })
  test.each([
    [990, null, null],
    [970, 'suspect', null],
    [890, 'invalid', 'suspect'],
    [490, 'invalid', 'invalid'],
    [1090, null, null],
    [1490, 'suspect', 'suspect'],
    [1510, 'invalid', 'invalid'],
  ])("%s prompt tokens for 1000: %s by the model's own tokenizer, %s by another", (counted, own, other) => {
    expect([prompts(counted, true), prompts(counted, false)]).toEqual([own, other])
  })
  test.each([
    [1510, 'invalid'],
    [490, 'invalid'],
    [890, 'valid'],
    [1001, 'valid'],
  ])('%s prompt tokens for 1000: throughput, which counts them, is %s', (serverPromptTokens, status) => {
    const specs = changed(100, (spec) => ({ ...spec, columns: { askedPromptTokens: 1000, serverPromptTokens } }))
    expect(judge(facts({ specs })).families.throughput).toBe(status)
    expect(finding('prompt_count_absurd', { specs }) ?? 'valid').toBe(status)
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
  test('that know prompts without salt make them suspect', () => {
    expect(finding('cached_prompts', { specs, verdict: { saltedPrompts: false } })).toBe('suspect')
  })
  test.each([true, false])('that know almost nothing are no reason, salted: %s', (saltedPrompts) => {
    const few = changed(10, (spec) => ({ ...spec, columns: { cachedTokens: 4 } }))
    expect(finding('cached_prompts', { specs: few, verdict: { saltedPrompts } })).toBeNull()
  })
  const failed = { state: 'failed', text: 'not emptied' } as const
  test.each([
    ['that was not emptied, prompts without salt', { saltedPrompts: false, promptCache: failed }, {}, 'suspect'],
    ['that was not emptied, salted prompts', { saltedPrompts: true, promptCache: failed }, {}, null],
    ['that was emptied', { saltedPrompts: false, promptCache: { state: 'emptied', text: null } as const }, {}, null],
    ['that tells of its hits', { saltedPrompts: false, promptCache: failed }, { cachedTokens: 0 }, null],
  ])('a cache %s', (_, verdict, columns, expected) => {
    const told = changed(100, (spec) => ({ ...spec, columns: { ...spec.columns, ...columns } }))
    expect(finding('prompt_cache_kept', { specs: told, verdict })).toBe(expected)
  })
})

describe('requests that were sent again', () => {
  const twice = changed(3, (spec) => ({ ...spec, columns: { ...spec.columns, attempts: 2 } }))
  test.each([
    [3, twice, 'suspect'],
    [3, changed(0, (spec) => spec), null],
    [0, twice, null],
  ])('with --retries %s', (retries, specs, expected) => {
    expect(finding('sent_again', { specs, verdict: { retries } })).toBe(expected)
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
    expect(finding('nothing_ok', { specs: failed(100) })).toBe('invalid')
    expect(finding('nothing_ok', { specs: failed(99) })).toBeNull()
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
  test.each([
    [1, null],
    [3, 'suspect'],
    [6, 'invalid'],
  ])('below the chunks that brought them in %s of 100 answers: %s', (count, expected) => {
    const specs = changed(count, (spec) => ({ ...spec, columns: { serverOutputTokens: 7, askedOutputTokens: 7 } }))
    expect(finding('usage_below_chunks', { specs })).toBe(expected)
    const { families } = judge(facts({ specs }))
    expect([families.throughput, families.itl]).toEqual([expected ?? 'valid', expected ?? 'valid'])
  })
  test('above the chunks are several tokens a chunk', () => {
    const specs = changed(100, (spec) => ({ ...spec, columns: { serverOutputTokens: 30 } }))
    expect(finding('usage_below_chunks', { specs })).toBeNull()
  })
  const ledgers = (columns: NonNullable<RequestSpec['columns']>, ownTokenizer = true) => ({
    specs: changed(100, (spec) => ({
      ...spec,
      columns: { ...columns, askedOutputTokens: columns.serverOutputTokens ?? null },
    })),
    verdict: { ownTokenizer },
  })
  test.each([
    [100, 110, null],
    [100, 115, 'suspect'],
    [100, 80, 'suspect'],
    [100, 50, 'invalid'],
    [100, 200, 'invalid'],
    [8, 10, null],
    [8, 16, 'invalid'],
  ])('%s by the server and %s by the tokenizer: %s', (serverOutputTokens, tokenizerOutputTokens, expected) => {
    const given = ledgers({ serverOutputTokens, tokenizerOutputTokens })
    expect(finding('usage_and_tokenizer_part', given)).toBe(expected)
  })
  test('twice those of a tokenizer that may be of another model are suspect only', () => {
    const given = ledgers({ serverOutputTokens: 100, tokenizerOutputTokens: 200 }, false)
    expect(finding('usage_and_tokenizer_part', given)).toBe('suspect')
  })
  test.each([
    [100, 100, null],
    [100, 99, 'suspect'],
    [100, 80, 'invalid'],
    [100, null, null],
  ])('%s by the server and %s by its stream: %s', (serverOutputTokens, streamOutputTokens, expected) => {
    const given = ledgers({ serverOutputTokens, streamOutputTokens })
    expect(finding('usage_and_stream_part', given)).toBe(expected)
  })
  test('that differ from the stream by request but not in sum are a reason', () => {
    const streamed = (i: number) => (i % 2 === 0 ? 8 : 14)
    const specs = good.map(({ sent, chunks = [] }, i) => ({
      sent,
      chunks,
      columns: { streamOutputTokens: streamed(i) },
    }))
    expect(finding('usage_and_stream_part', { specs })).toBe('invalid')
  })
  test('by nobody are suspect', () => {
    const specs = changed(100, (spec) => ({ ...spec, columns: { serverOutputTokens: null } }))
    expect(finding('token_counts', { specs })).toBe('suspect')
  })
})

describe('the model that answers', () => {
  const named = (count: number, model: string, rest: string | null) =>
    good.map(({ sent, chunks = [] }, i) => ({ sent, chunks, columns: { model: i < count ? model : rest } }))
  const asked = 'meta-llama/Llama-2-7b-hf'
  test.each([
    ['the one asked for', named(100, asked, null), null],
    ['never named', named(0, '', null), null],
    ['the one asked for with its revision', named(100, `${asked}@main`, `${asked}@main`), null],
    ['another name', named(100, 'llama', null), 'suspect'],
    ['two in turn', named(50, asked, 'llama'), 'invalid'],
  ])('%s', (_, specs, expected) => {
    expect(finding('other_model', { specs })).toBe(expected)
  })
  test('of a failed request does not matter', () => {
    const specs = changed(1, (spec) => ({ ...spec, columns: { model: 'llama', outcome: 'timeout' } }))
    expect(finding('other_model', { specs })).toBeNull()
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
