import { describe, expect, test } from 'vitest'
import { syntheticResult, type SyntheticPoint } from '../../report/testing.ts'
import type { ResultFile } from '../../result/schema.ts'
import { acrossRuns } from './across-runs.ts'
import { changeOf } from './change.ts'
import { compareResults, type ComparisonVerdict } from './compare.ts'
import { regressions } from './regressions.ts'
import { simulatedResult, usualServer, type SimulatedServer } from './testing.ts'

const slower = (share: number): SimulatedServer => ({
  ...usualServer,
  ttft: usualServer.ttft * (1 + share),
  gap: usualServer.gap * (1 + share),
})
describe('two runs of the same server', () => {
  const comparisons = (server: SimulatedServer, shape?: { clients: number; requests: number }) =>
    Array.from({ length: 100 }, (_, i) =>
      compareResults(
        [simulatedResult(server, 2 * i + 1, shape)],
        [simulatedResult(server, 2 * i + 2, shape)],
      ).points.flatMap((point) => point.figures.map((figure) => figure.verdict)),
    )
  const alarms = (all: readonly ComparisonVerdict[][]) =>
    all.filter((verdicts) => verdicts.includes('better') || verdicts.includes('worse')).length

  test.each<[string, SimulatedServer, { clients: number; requests: number }]>([
    ['a usual server', usualServer, { clients: 4, requests: 48 }],
    ['one whose pace swings by 8 % over seconds', { ...usualServer, swing: 0.08 }, { clients: 4, requests: 48 }],
    ['many clients', usualServer, { clients: 16, requests: 96 }],
  ])('are called better or worse in at most 5 of 100 comparisons: %s', (_, server, shape) => {
    expect(alarms(comparisons(server, shape))).toBeLessThanOrEqual(5)
  })
  test('are called the same in some figure, so that the silence means something', () => {
    const told = comparisons({ ...usualServer, swing: 0 }).filter((verdicts) => verdicts.includes('same'))
    expect(told.length).toBeGreaterThan(50)
  })
})

describe('a planted regression of 20 %', () => {
  const results = Array.from({ length: 20 }, (_, i) =>
    compareResults([simulatedResult(usualServer, i + 1)], [simulatedResult(slower(0.2), i + 500)]),
  )
  test('is found each time, and never called better', () => {
    const verdicts = results.map(({ points: [point] }) => (point?.figures ?? []).map((each) => each.verdict))
    expect(verdicts.filter((each) => !each.includes('worse'))).toEqual([])
    expect(verdicts.flat()).not.toContain('better')
  })
  test('fails a gate of 5 %, and passes one of 40 %', () => {
    expect(results.every((result) => regressions(result, 0.05, false).length > 0)).toBe(true)
    expect(results.flatMap((result) => regressions(result, 0.4, false))).toEqual([])
  })
  test('the other way round is better, and fails nothing', () => {
    const turned = compareResults([simulatedResult(slower(0.2), 1)], [simulatedResult(usualServer, 2)])
    expect(turned.points[0]?.figures.find((each) => each.figure.name === 'itl.p50')?.verdict).toBe('better')
    expect(regressions(turned, 0.05, false)).toEqual([])
  })
})

describe('what cannot be told', () => {
  const [before, after] = [simulatedResult(usualServer, 1), simulatedResult(usualServer, 2)]
  const figure = (b: ResultFile, a: ResultFile, name: string) =>
    compareResults([b], [a]).points[0]?.figures.find((each) => each.figure.name === name)
  const like = (result: ResultFile, point: SyntheticPoint) =>
    syntheticResult({ clients: 4, ...point, metrics: { ...result.servemark.metrics, ...point.metrics } })

  test('a p99 of few requests, whose interval is open', () => {
    expect(figure(before, after, 'ttft.p99')).toMatchObject({
      verdict: 'cannot tell',
      change: { kind: 'unknown', why: 'before: too few values bound it' },
    })
  })
  test('a percentile among failed requests', () => {
    const { ttft } = after.servemark.metrics
    if (!ttft || !('p50' in ttft)) throw new Error('no ttft')
    const beyond = { at_least: 1 }
    const failed = like(after, {
      metrics: { ttft: { ...ttft, censored: { p50: beyond, p90: beyond, p95: beyond, p99: beyond } } },
    })
    expect(figure(before, failed, 'ttft.p50')?.change).toEqual({
      kind: 'unknown',
      why: 'after: it falls among failed requests',
    })
  })
  test('anything of an invalid point, which fails the gate unless that is allowed', () => {
    const comparison = compareResults([before], [like(after, { status: 'invalid' })])
    expect(comparison.points[0]?.figures.map((each) => each.verdict)).not.toContain('same')
    expect(regressions(comparison, 0.05, false)).toMatchObject([{ kind: 'invalid' }])
    const allowed = compareResults([before], [like(after, { status: 'invalid' })], { allowInvalid: true })
    expect(regressions(allowed, 0.05, true)).toEqual([])
  })
  test('latency of answers with other lengths; the time a token can', () => {
    const { output_length: length } = after.servemark.metrics
    if (!length || !('mean' in length) || length.mean === null) throw new Error('no length')
    const longer = like(after, { metrics: { output_length: { ...length, mean: length.mean * 1.1 } } })
    expect(figure(before, longer, 'e2e_latency.mean')?.change).toMatchObject({
      why: expect.stringMatching(/^unequal work: \S+ and \S+ output tokens/),
    })
    expect(figure(before, longer, 'tpot.mean')?.change.kind).toBe('known')
  })
  test('prompts a token apart are equal work, as salts differ; much longer ones are not', () => {
    const { prompt_length: length } = after.servemark.metrics
    if (!length || !('mean' in length) || length.mean === null) throw new Error('no length')
    const by = (factor: number) =>
      like(after, { metrics: { prompt_length: { ...length, mean: (length.mean ?? 0) * factor } } })
    expect(figure(before, by(1.1), 'ttft.p50')?.change.kind).toBe('known')
    expect(figure(before, by(1.5), 'ttft.p50')?.change.kind).toBe('unknown')
  })
  test('nothing in common fails the gate', () => {
    expect(regressions(compareResults([before], []), 0.05, false)).toEqual([{ kind: 'nothing' }])
  })
  test('a point without any interval fails the gate', () => {
    const bare = syntheticResult()
    expect(regressions(compareResults([bare], [bare]), 0.05, false)).toMatchObject([{ kind: 'unknown' }])
  })
})

describe('points are paired', () => {
  const result = (point: SyntheticPoint) => syntheticResult({ bench: 'b', ...point })
  const pairs = (before: SyntheticPoint[], after: SyntheticPoint[]) =>
    compareResults(before.map(result), after.map(result)).points.map(({ before, after }) => [
      before.map((each) => each.servemark.point.label),
      after.map((each) => each.servemark.point.label),
    ])
  test('by load, within their label', () => {
    const [first] = pairs([{ clients: 1 }, { clients: 8 }], [{ clients: 8 }])
    expect(first?.[0]).toEqual(first?.[1])
  })
  test('across labels and servers where none is equal', () => {
    expect(pairs([{ label: 'x', backend: 'vllm' }], [{ label: 'y', backend: 'sglang' }])).toHaveLength(1)
  })
  test('not with several', () => {
    expect(pairs([{ backend: 'vllm' }, { backend: 'tgi' }], [{ backend: 'sglang' }])).toEqual([])
  })
})

describe('over several runs', () => {
  const value = (number: number) => ({ value: number, interval: { low: number * 0.999, high: number * 1.001 } })
  test('the change is held against the spread between runs, not within them', () => {
    const one = changeOf([value(100)], [value(104)], 0.05)
    const three = changeOf([90, 100, 110].map(value), [94, 104, 114].map(value), 0.05)
    expect(one).toMatchObject({ kind: 'known', surely: 'up' })
    expect(three).toMatchObject({ kind: 'known', surely: null, change: expect.closeTo(0.04, 2) })
  })
  test('mean, spread and interval, by the table of t', () => {
    const half = 4.302653 / Math.sqrt(3)
    expect(acrossRuns([11, 12, 13])).toMatchObject({
      runs: 3,
      mean: 12,
      spread: 1,
      interval: { low: expect.closeTo(12 - half, 5), high: expect.closeTo(12 + half, 5) },
    })
    expect(acrossRuns([1, 2, 3])?.interval.low).toBe(0)
    expect(acrossRuns([-1, 2, 3])?.interval.low).toBeLessThan(0)
    expect(acrossRuns([1])).toBeNull()
  })
})
