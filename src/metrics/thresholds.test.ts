import { describe, expect, test } from 'vitest'
import { distributionOf } from './per-request.ts'
import type { RequestSpec } from '../recording/testing.ts'
import { checkThresholds, evaluateThresholds, type Gate } from './thresholds.ts'
import { summarize } from './statistics.ts'
import { metricsOf } from './testing.ts'

const blocks = {
  ttft: summarize('s', [0.1, 0.2, 0.3]),
  e2e_latency: summarize('s', [1, 2, 3], 1),
  output_token_throughput: { unit: 'tokens/s', value: 900 },
  steady_request_throughput: { unit: 'requests/s', value: null, note: 'too short' },
}

describe('names', () => {
  test('of metrics and their parts are taken', () => {
    expect(() => checkThresholds({ 'ttft.p99': { max: 1 }, 'classic.latency': { max: 1 } })).not.toThrow()
  })
  test('that no metric has list the known ones', () => {
    expect(() => checkThresholds({ 'tttf.p99': { max: 1 } })).toThrow(/no such metric.*ttft\./)
  })
  test('of a distribution need a part', () => {
    expect(() => checkThresholds({ ttft: { max: 1 } })).toThrow('ttft.p99')
  })
  test('of a single value have no part', () => {
    expect(() => checkThresholds({ 'request_throughput.p99': { min: 1 } })).toThrow('one value')
  })
  test('with an unknown part say which there are', () => {
    expect(() => checkThresholds({ 'ttft.p75': { max: 1 } })).toThrow('p50, p90, p95, p99')
  })
  test('without a limit are refused', () => {
    expect(() => checkThresholds({ 'ttft.p99': {} })).toThrow('min, max or both')
  })
})

describe('a threshold', () => {
  const one = (name: string, limit: { min?: number; max?: number }) => evaluateThresholds({ [name]: limit }, blocks)[0]
  test('is passed within its limit', () => {
    expect(one('ttft.p50', { max: 0.2 })).toEqual({
      metric: 'ttft.p50',
      min: null,
      max: 0.2,
      value: 0.2,
      count: 3,
      status: 'passed',
      text: 'ttft.p50: 0.2 s (n=3); limit at most 0.2 s: passed',
    })
  })
  test('is missed above its maximum and below its minimum', () => {
    expect(one('ttft.p50', { max: 0.19 })?.status).toBe('missed')
    expect(one('output_token_throughput', { min: 901 })?.status).toBe('missed')
  })
  test('uses the censored percentile when requests failed', () => {
    expect(one('e2e_latency.p50', { max: 2.6 })).toMatchObject({ value: 2.5, status: 'passed' })
  })
  test('is missed where the percentile falls among failed requests', () => {
    expect(one('e2e_latency.p99', { max: 1000 })).toMatchObject({
      value: null,
      status: 'missed',
      text: 'e2e_latency.p99: over 3 s, as it falls among failed requests (n=3); limit at most 1000 s: missed',
    })
  })
  test.each(['mean', 'stddev', 'max'])('on the %s is missed when requests failed, as they are not in it', (part) => {
    expect(one(`e2e_latency.${part}`, { max: 1000 })).toMatchObject({
      value: null,
      status: 'missed',
      text: expect.stringContaining('as failed requests are not in it'),
    })
    expect(one(`ttft.${part}`, { max: 1000 })?.status).toBe('passed')
  })
  test('on the smallest value holds when requests failed', () => {
    expect(one('e2e_latency.min', { max: 1 })?.status).toBe('passed')
  })
  test('on a rate misses its minimum when requests failed, as they stand at 0', () => {
    const specs = [0, 10, 20].map((sent) => ({ sent, chunks: [0.1, 0.2, 0.3] }))
    const failed = { sent: 30, columns: { outcome: 'timeout' as const } }
    const status = (requests: readonly RequestSpec[], part: string, limit: { min?: number; max?: number }) => {
      const block = metricsOf(requests).distribution('interactivity')
      return evaluateThresholds({ [`interactivity.${part}`]: limit }, { interactivity: block })[0]?.status
    }
    expect(['mean', 'min'].map((part) => status(specs, part, { min: 9 }))).toEqual(['passed', 'passed'])
    expect(['mean', 'min'].map((part) => status([...specs, failed], part, { min: 9 }))).toEqual(['missed', 'missed'])
    expect(status([...specs, failed], 'mean', { max: 11 })).toBe('passed')
  })
  test('is missed without a value, and says why', () => {
    expect(one('steady_request_throughput', { min: 1 })).toMatchObject({
      status: 'missed',
      text: expect.stringContaining('too short'),
    })
  })
  test('on a metric that was not measured is missed', () => {
    expect(one('tpot.p50', { max: 1 })?.status).toBe('missed')
  })
  test('may ask for a count', () => {
    expect(one('ttft.count', { min: 3 })?.status).toBe('passed')
  })

  describe('with an interval', () => {
    const many = Array.from({ length: 60 }, (_, i) => ((i * 29) % 60) / 100)
    const measured = { ttft: distributionOf('s', many), e2e_latency: distributionOf('s', many, 1) }
    const judged = (name: string, limit: { min?: number; max?: number }, gate?: Gate) =>
      evaluateThresholds({ [name]: limit }, measured, gate)[0]

    test('says it in its line', () => {
      expect(judged('ttft.p50', { max: 0.4 })?.text).toBe(
        'ttft.p50: 0.295 s (95 % 0.21 to 0.38, n=60); limit at most 0.4 s: passed',
      )
    })
    test('is missed where too few values bound the percentile towards the limit', () => {
      expect(judged('ttft.p99', { max: 9 })).toMatchObject({
        status: 'missed',
        text: expect.stringMatching(
          /95 % \S+ to open, n=60\); .* missed, as too few values bound it above: it needs 368/,
        ),
      })
    })
    test('is passed where it is open on the other side only', () => {
      expect(judged('ttft.p99', { min: 0.1 })?.status).toBe('passed')
    })
    test('is missed where failed requests open it', () => {
      expect(judged('ttft.p95', { max: 9 })?.status).toBe('missed')
      expect(judged('e2e_latency.p90', { max: 9 })?.status).toBe('passed')
    })
    test('is missed at an invalid point, unless that is allowed', () => {
      const at = (status: 'suspect' | 'invalid', allowInvalid: boolean) =>
        judged('ttft.p50', { max: 0.4 }, { status, allowInvalid })
      expect(at('suspect', false)?.status).toBe('passed')
      expect(at('invalid', true)?.status).toBe('passed')
      expect(at('invalid', false)?.text).toMatch(/missed, as the point is invalid/)
    })
  })
})
