import { describe, expect, test } from 'vitest'
import { checkThresholds, evaluateThresholds } from './thresholds.ts'
import { summarize } from './statistics.ts'

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
})
