import { describe, expect, test } from 'vitest'
import { closedLoopSpecs, type RequestSpec } from '../recording/testing.ts'
import { metricsOf } from './testing.ts'

describe('stalls', () => {
  const gaps = (...seconds: number[]): RequestSpec => {
    let at = 0.1
    return { sent: 0, chunks: [at, ...seconds.map((gap) => (at += gap))] }
  }
  const { scalar } = metricsOf([gaps(0.01, 0.01, 0.01, 0.06, 0.01, 0.04)])
  test('are gaps longer than five median gaps', () => {
    expect(scalar('stalls').value).toBe(1)
  })
  test('take their share of the time', () => {
    expect(scalar('stall_time_share').value).toBeCloseTo(0.06 / 0.14, 9)
  })
  test('the longest gap, and when it began', () => {
    expect(scalar('longest_gap')).toMatchObject({
      value: expect.closeTo(0.06, 9),
      note: expect.stringContaining('0.130'),
    })
  })
  test('are undefined where the usual gap is 0', () => {
    const one = { sameRead: true }
    const spec: RequestSpec = { sent: 0, chunks: [0.1, { at: 0.1, ...one }, { at: 0.1, ...one }, 0.5] }
    expect(metricsOf([spec]).scalar('stalls').value).toBeNull()
  })
})

describe('interactivity', () => {
  const slow: RequestSpec = { sent: 0, chunks: [0.1, 0.3, 0.5] }
  const fast: RequestSpec = { sent: 0, chunks: [0.1, 0.15, 0.2] }
  test('is taken for each request and then summarized, not inverted from a summary', () => {
    const block = metricsOf([slow, fast]).distribution('interactivity')
    expect(block.mean).toBeCloseTo((5 + 20) / 2, 9)
  })
  test('a failed request is 0 tokens/s', () => {
    const failed: RequestSpec = { sent: 0, columns: { outcome: 'timeout' } }
    const { censored, p50 } = metricsOf([slow, fast, failed]).distribution('interactivity')
    expect(p50).toBeCloseTo(12.5, 9)
    expect(censored?.p50).toMatchObject({ value: expect.closeTo(5, 9) })
  })
})

describe('tokens a GPU', () => {
  const specs = closedLoopSpecs({ clients: 1, count: 4, ttft: 0.1, gap: 0.1, tokens: 10 })
  test('divide the throughput by all GPUs', () => {
    const { scalar } = metricsOf(specs, { gpus: 4 })
    expect(scalar('output_token_throughput_per_gpu').value).toBeCloseTo(
      (scalar('output_token_throughput').value ?? 0) / 4,
      9,
    )
  })
  test('are undefined where no GPU is known', () => {
    expect(metricsOf(specs, { gpus: null }).scalar('output_token_throughput_per_gpu').value).toBeNull()
  })
})

describe('ledgers', () => {
  const counted = (server: number | null, tokenizer: number | null): RequestSpec => ({
    sent: 0,
    chunks: [0.1, 0.2],
    columns: { serverOutputTokens: server, tokenizerOutputTokens: tokenizer },
  })
  test('stand side by side', () => {
    const { scalar } = metricsOf([counted(100, 90), counted(100, 95)])
    expect(scalar('output_tokens_server').value).toBe(200)
    expect(scalar('output_tokens_tokenizer').value).toBe(185)
    expect(scalar('output_tokens_stream').value).toBeNull()
  })
  test('part by their difference, but for an end token each', () => {
    const { scalar } = metricsOf([counted(100, 90), counted(100, 95)])
    expect(scalar('ledger_difference').value).toBeCloseTo((15 - 2) / 200, 12)
    expect(metricsOf([counted(100, 99)]).scalar('ledger_difference').value).toBe(0)
  })
  test('one that did not count every request has no sum', () => {
    const { scalar } = metricsOf([counted(100, 90), counted(100, null)])
    expect(scalar('output_tokens_tokenizer')).toMatchObject({
      value: null,
      note: 'the tokenizer counted 1 of 2 requests',
    })
    expect(scalar('ledger_difference').value).toBeNull()
  })
})

describe('lengths and caches', () => {
  test('got against asked', () => {
    const spec: RequestSpec = { sent: 0, chunks: [0.1], columns: { askedOutputTokens: 40, serverOutputTokens: 30 } }
    expect(metricsOf([spec]).scalar('output_length_ratio')).toMatchObject({
      value: 0.75,
      note: '30.00 a request for 40.00 asked, counted by the server',
    })
  })
  test('the distribution of what was got', () => {
    const of = (tokens: number): RequestSpec => ({ sent: 0, chunks: [0.1], columns: { serverOutputTokens: tokens } })
    expect(metricsOf([of(10), of(30)]).distribution('output_length')).toMatchObject({ min: 10, mean: 20, max: 30 })
  })
  test('cached prompt tokens over the requests that tell them', () => {
    const cached = (tokens: number | null): RequestSpec => ({
      sent: 0,
      chunks: [0.1],
      columns: { serverPromptTokens: 100, cachedTokens: tokens },
    })
    expect(metricsOf([cached(50), cached(0), cached(null)]).scalar('cache_hit_share')).toMatchObject({
      value: 0.25,
      note: 'told for 2 of 3 requests',
    })
    expect(metricsOf([cached(null)]).scalar('cache_hit_share').value).toBeNull()
  })
})

describe('intervals', () => {
  /** Latencies of 1 s, +-10 % in turn. */
  const varied = (count: number): RequestSpec[] => {
    let now = 0
    return Array.from({ length: count }, (_, i) => {
      const latency = i % 2 === 0 ? 0.9 : 1.1
      const sent = now
      now += latency
      return { sent, chunks: [latency] }
    })
  }
  test('of throughput narrow with the number of requests', () => {
    const width = (count: number) => {
      const { value, interval } = metricsOf(varied(count)).scalar('request_throughput')
      return ((interval?.high ?? NaN) - (interval?.low ?? NaN)) / (value ?? NaN)
    }
    expect(width(20)).toBeGreaterThan(2 * width(200))
  })
  test('of token throughput vanish where tokens take equal times', () => {
    const specs = closedLoopSpecs({ clients: 2, count: 20, ttft: 0.1, gap: 0.1, tokens: 10 })
    const { value, interval } = metricsOf(specs, { clients: 2 }).scalar('output_token_throughput')
    expect(interval?.low).toBeCloseTo(value ?? 0, 6)
  })
  test('of throughput are those of stretches of time where the load is no closed loop', () => {
    const interval = (count: number) =>
      metricsOf(varied(count), { clients: null }).scalar('request_throughput').interval
    expect(interval(20)).toEqual({ low: null, high: null })
    expect(interval(60)).toEqual({ low: expect.any(Number), high: expect.any(Number) })
  })
  test('of a p99 are open above with few requests', () => {
    expect(metricsOf(varied(40)).distribution('e2e_latency').intervals).toMatchObject({
      p50: { low: expect.closeTo(0.9, 6), high: expect.closeTo(1.1, 6) },
      p99: { high: null },
    })
  })
})
