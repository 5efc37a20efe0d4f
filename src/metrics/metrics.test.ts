import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { closedLoopSpecs } from '../recording/testing.ts'
import { metrics } from './index.ts'
import { metricsOf } from './testing.ts'

describe('the registry', () => {
  const files = readdirSync(new URL('types/', import.meta.url)).filter((name) => !name.endsWith('.test.ts'))
  test('lists every file of types/', async () => {
    const modules = await Promise.all(files.map((name) => import(new URL(`types/${name}`, import.meta.url).href)))
    const exported = modules.flatMap((module: object) => Object.values(module) as unknown[])
    const ids = (each: unknown) => [each].flat().map((metric) => (metric as (typeof metrics)[number]).id)
    expect(metrics.map((metric) => metric.id).sort()).toEqual(exported.flatMap(ids).sort())
    expect(exported).toHaveLength(files.length)
  })
  test('has each id once, in snake case', () => {
    const ids = metrics.map((metric) => metric.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !/^[a-z0-9_.]+$/.test(id))).toEqual([])
  })
  test('names each file after its metric, or what its metrics have in common', () => {
    const stems = files.map((file) => file.replace('.ts', ''))
    const unnamed = metrics.filter(({ id }) => {
      const name = id.replaceAll(/[_.]/g, '-')
      return !stems.some((stem) => name === stem || name.startsWith(`${stem}-`))
    })
    expect(unnamed.map((metric) => metric.id)).toEqual([])
  })
})

const tokens = (...at: number[]) => ({ sent: 0, chunks: at })

describe('first token', () => {
  test('ttft runs from write start to the first chunk with a token', () => {
    const { distribution } = metricsOf([{ sent: 1, chunks: [{ at: 0.1, kind: 'role' }, 0.25, 0.3] }])
    expect(distribution('ttft').p50).toBeCloseTo(0.25, 9)
  })
  test('a token of empty text counts when its ids say so', () => {
    const { distribution } = metricsOf([{ sent: 0, chunks: [{ at: 0.1, text: '', tokens: 1 }, 0.2] }])
    expect(distribution('ttft').p50).toBeCloseTo(0.1, 9)
  })
  test('reasoning is a first token, and content has its own time', () => {
    const { distribution } = metricsOf([{ sent: 0, chunks: [{ at: 0.1, kind: 'reasoning' }, 0.4] }])
    expect(distribution('ttft').p50).toBeCloseTo(0.1, 9)
    expect(distribution('first_reasoning').p50).toBeCloseTo(0.1, 9)
    expect(distribution('first_content').p50).toBeCloseTo(0.4, 9)
  })
  test('tool calls have their own time', () => {
    const { distribution } = metricsOf([{ sent: 0, chunks: [0.1, { at: 0.3, kind: 'tool' }] }])
    expect(distribution('first_tool_call').p50).toBeCloseTo(0.3, 9)
  })
  test('connecting is beside it, not in it', () => {
    const { distribution } = metricsOf([{ ...tokens(0.2), columns: { connect: 2e6, tls: 3e6, reused: false } }])
    expect(distribution('ttft').p50).toBeCloseTo(0.2, 9)
    expect(distribution('ttft_with_connect').p50).toBeCloseTo(0.205, 9)
  })
  test('so does an answer', () => {
    const late = [{ sent: 1, chunks: [0.2, 0.5], columns: { intended: 0.9e9 } }]
    expect(metricsOf(late).distribution('e2e_from_intended').p50).toBeCloseTo(0.6, 9)
    expect(metricsOf([{ sent: 1, chunks: [0.2] }]).distribution('e2e_from_intended').count).toBe(0)
  })
  test('from the intended time late sends count', () => {
    const { distribution } = metricsOf([{ sent: 1, chunks: [0.2], columns: { intended: 0.9e9 } }])
    expect(distribution('ttft_from_intended').p50).toBeCloseTo(0.3, 9)
  })
  test('is undefined without streaming', () => {
    const { distribution } = metricsOf([tokens(0.2)], { stream: false })
    expect(distribution('ttft')).toMatchObject({ count: 0, p50: null })
  })
})

describe('which requests count', () => {
  test('warm-up does not', () => {
    const { distribution } = metricsOf([{ ...tokens(9), columns: { phase: 'warmup' } }, tokens(0.2)])
    expect(distribution('ttft')).toMatchObject({ count: 1, max: 0.2 })
  })
  test('failed ones do not, but stand as censored', () => {
    const { distribution } = metricsOf([
      ...[0.1, 0.2, 0.3].map((at) => tokens(at)),
      { ...tokens(0.01), columns: { outcome: 'stream_error' } },
    ])
    expect(distribution('ttft')).toMatchObject({ count: 3, min: 0.1 })
    expect(distribution('ttft').censored).toMatchObject({ p50: { value: 0.25 }, p99: { at_least: 0.3 } })
  })
  test('requests that were never sent are censored too', () => {
    const { distribution } = metricsOf([tokens(0.1), { sent: null, columns: { outcome: 'not_sent' } }])
    expect(distribution('e2e_latency').censored?.p99).toEqual({ at_least: 0.1 })
  })
  test('a failed request weighs as many gaps as an ok one has', () => {
    const { distribution } = metricsOf([
      tokens(0.1, 0.2, 0.3, 0.4, 0.5),
      { sent: 0, columns: { outcome: 'connection_error' } },
    ])
    expect(distribution('itl').count).toBe(4)
    expect(distribution('itl').censored?.p50).toHaveProperty('at_least')
    expect(distribution('itl').censored?.p90).toEqual({ at_least: expect.closeTo(0.1, 9) })
  })
})

describe('latency', () => {
  test('ends with the finish reason when that is later than the last token', () => {
    const { distribution } = metricsOf([{ ...tokens(0.1, 0.2), columns: { finished: 0.25e9, closed: 0.9e9 } }])
    expect(distribution('e2e_latency').p50).toBeCloseTo(0.25, 9)
  })
  test('ends with the end mark when there is neither', () => {
    const { distribution } = metricsOf([
      { sent: 0, columns: { lastToken: null, finished: null, endMark: 0.4e9, outcome: 'ok' } },
    ])
    expect(distribution('e2e_latency').p50).toBeCloseTo(0.4, 9)
  })
})

describe('tpot', () => {
  test('divides by the tokens after the first chunk', () => {
    const { distribution } = metricsOf([
      {
        sent: 0,
        chunks: [
          { at: 0.1, tokens: 3 },
          { at: 0.5, tokens: 4 },
        ],
      },
    ])
    expect(distribution('tpot').p50).toBeCloseTo(0.1, 9)
  })
  test('takes the first chunk as one token where the stream does not tell', () => {
    const { distribution } = metricsOf([
      {
        sent: 0,
        chunks: [
          { at: 0.1, tokens: -1 },
          { at: 0.5, tokens: -1 },
        ],
        columns: { serverOutputTokens: 5 },
      },
    ])
    expect(distribution('tpot').p50).toBeCloseTo(0.1, 9)
  })
  test('is undefined for a single token', () => {
    expect(metricsOf([tokens(0.1)]).distribution('tpot').count).toBe(0)
  })
  test('is undefined when first and last share a read', () => {
    const { distribution } = metricsOf([{ sent: 0, chunks: [0.1, { at: 0.1, sameRead: true }] }])
    expect(distribution('tpot').count).toBe(0)
  })
})

describe('itl', () => {
  test('pools the gaps between chunks with tokens', () => {
    const { distribution } = metricsOf([tokens(0.1, 0.12, 0.15), tokens(0.2, 0.21)])
    expect(distribution('itl')).toMatchObject({ count: 3, p50: expect.closeTo(0.02, 9) })
  })
  test('skips chunks without tokens', () => {
    const { distribution } = metricsOf([{ sent: 0, chunks: [0.1, { at: 0.15, kind: 'role' }, 0.2] }])
    expect(distribution('itl')).toMatchObject({ count: 1, max: expect.closeTo(0.1, 9) })
  })
  test('several events of one write have gap 0 and are counted as coalesced', () => {
    const four = (at: number) => [{ at }, ...[1, 2, 3].map(() => ({ at, sameRead: true }))]
    const { distribution, scalar } = metricsOf([{ sent: 0, chunks: [...four(0.1), ...four(0.18)] }])
    expect(distribution('itl')).toMatchObject({ p50: 0, max: expect.closeTo(0.08, 9) })
    expect(scalar('coalesced_share')).toMatchObject({ value: 6 / 7, note: '6 of 7 gaps' })
  })
  test('by token spreads a gap over the tokens of its chunk', () => {
    const { distribution } = metricsOf([{ sent: 0, chunks: [0.1, { at: 0.14, tokens: 2 }] }])
    expect(distribution('itl_per_token')).toMatchObject({ count: 2, max: expect.closeTo(0.02, 9) })
  })
  test('with zeros gives the further tokens of a chunk gap 0', () => {
    const { distribution } = metricsOf([{ sent: 0, chunks: [0.1, { at: 0.14, tokens: 2 }] }])
    expect(distribution('itl_with_zeros')).toMatchObject({ count: 2, min: 0, max: expect.closeTo(0.04, 9) })
  })
  test('a stall shows as the largest gap', () => {
    expect(metricsOf([tokens(0.1, 0.2, 5.2)]).distribution('itl').max).toBeCloseTo(5, 9)
  })
})

test('tokens per chunk follows the count of the server', () => {
  const { scalar } = metricsOf([{ ...tokens(0.1, 0.2), columns: { serverOutputTokens: 4 } }])
  expect(scalar('tokens_per_chunk').value).toBe(2)
})

describe('throughput', () => {
  const two = [
    { sent: 1, chunks: [0.5, 1] },
    { sent: 2, chunks: [0.5, 1, 2] },
  ]
  test('is over the span from first send to last token', () => {
    const { scalar } = metricsOf(two)
    expect(scalar('request_throughput').value).toBeCloseTo(2 / 3, 9)
    expect(scalar('output_token_throughput').value).toBeCloseTo(5 / 3, 9)
    expect(scalar('total_token_throughput').value).toBeCloseTo(25 / 3, 9)
  })
  test('says who counted', () => {
    expect(metricsOf(two).scalar('output_token_throughput').note).toBe('counted by the server')
  })
  test('leaves failed requests out, but not their tokens from the emitted ones', () => {
    const failed = { sent: 1, chunks: [0.5, 1], columns: { outcome: 'truncated', serverOutputTokens: null } } as const
    const { scalar } = metricsOf([...two, failed])
    expect(scalar('output_token_throughput').value).toBeCloseTo(5 / 3, 9)
    expect(scalar('emitted_token_throughput').value).toBeCloseTo(7 / 3, 9)
  })
  test('emitted tokens are a lower bound where chunks do not tell', () => {
    const chunks = [{ at: 0.5, tokens: -1 }]
    const { scalar } = metricsOf([
      ...two,
      { sent: 1, chunks, columns: { outcome: 'timeout', serverOutputTokens: null } },
    ])
    expect(scalar('emitted_token_throughput').note).toContain('at least')
  })
  test('without one ok request it is null and says so', () => {
    const { scalar } = metricsOf([{ sent: 0, columns: { outcome: 'http_error' } }])
    expect(scalar('request_throughput')).toMatchObject({ value: null, note: 'no request was ok' })
    expect(scalar('output_token_throughput')).toMatchObject({ value: null, note: 'no request was ok' })
  })
  test('TFLOPs use the true size', () => {
    const { scalar } = metricsOf(two, { parametersBillion: 7, tensorParallel: 2 })
    expect(scalar('tflops_per_gpu').value).toBeCloseTo(((25 / 3) * 7 * 2e-3) / 2, 9)
    expect(metricsOf(two).scalar('tflops_per_gpu').value).toBeNull()
  })
})

describe('the token ledger', () => {
  const uncounted = { serverOutputTokens: null, serverPromptTokens: null }
  test('falls back to the tokenizer when one request has no usage', () => {
    const { scalar } = metricsOf([
      tokens(0.5, 1),
      { ...tokens(0.5, 1), columns: { ...uncounted, tokenizerOutputTokens: 3 } },
    ])
    expect(scalar('output_token_throughput')).toMatchObject({ value: null, note: expect.stringContaining('1 of 2') })
  })
  test('never mixes two counters', () => {
    const { scalar } = metricsOf([
      { ...tokens(0.5, 1), columns: { tokenizerOutputTokens: 7 } },
      { ...tokens(0.5, 1), columns: { ...uncounted, tokenizerOutputTokens: 3 } },
    ])
    expect(scalar('output_token_throughput')).toMatchObject({
      value: 10,
      note: 'counted by the tokenizer: the server counted the output tokens of 1 of 2 requests only',
    })
  })
})

describe('the steady part', () => {
  const shape = { clients: 2, count: 20, ttft: 0.5, gap: 0.1, tokens: 6 }
  test('lies between the last client starting and the first finding nothing left', () => {
    const { scalar } = metricsOf(closedLoopSpecs(shape), { clients: 2 })
    expect(scalar('steady_request_throughput').value).toBeCloseTo(2, 6)
    expect(scalar('steady_output_token_throughput').value).toBeCloseTo(12, 6)
    expect(scalar('steady_total_token_throughput').value).toBeCloseTo(32, 6)
  })
  test('is null with the reason when it is shorter than 3 mean latencies', () => {
    const { scalar } = metricsOf(closedLoopSpecs({ ...shape, count: 6 }), { clients: 2 })
    expect(scalar('steady_request_throughput')).toMatchObject({
      value: null,
      note: expect.stringContaining('less than 3 mean latencies'),
    })
  })
  test('is not diluted by the drain', () => {
    const specs = closedLoopSpecs(shape)
    const late = { sent: 9.9, chunks: [10], columns: { client: 1 } }
    const { scalar } = metricsOf([...specs, late], { clients: 2 }, { moments: { firstIdle: 9 } })
    expect(scalar('steady_request_throughput').value).toBeCloseTo(2, 6)
    expect(scalar('request_throughput').value).toBeLessThan(1.2)
  })
  describe('of 8 clients in lock-step, 32 requests of 0.5 s', () => {
    const lockStep = closedLoopSpecs({ clients: 8, count: 32, ttft: 0.3, gap: 0.1, tokens: 3 })
    const sentIn = (index: number) => ({ ...lockStep[index]!, sent: (lockStep[index]!.sent ?? 0) + (index % 8) * 1e-4 })
    const specs = lockStep.map((_, index) => sentIn(index))
    /** The first answer of the last wave leaves its client idle, and the other 7 come right after. */
    const moments = { allStarted: 7e-4, firstIdle: 2 + 1e-6 }
    test.each([true, false])('is 16 requests/s, streamed: %s', (stream) => {
      const answers = stream ? specs : specs.map(({ sent }) => ({ sent, chunks: [{ at: 0.5, tokens: 3 }] }))
      const { scalar } = metricsOf(answers, { clients: 8, stream }, { moments })
      const requests = scalar('steady_request_throughput').value ?? 0
      expect(Math.abs(requests / 16 - 1)).toBeLessThan(0.02)
      expect((scalar('steady_output_token_throughput').value ?? 0) / requests).toBeCloseTo(3, 9)
      expect((scalar('steady_total_token_throughput').value ?? 0) / requests).toBeCloseTo(13, 9)
    })
    test('is the same when clients are spread', () => {
      const spread = lockStep.map(({ sent, chunks }, index) => ({
        sent: (sent ?? 0) + (index % 8) / 16,
        chunks: chunks ?? [],
      }))
      const { scalar } = metricsOf(spread, { clients: 8 }, { moments: { allStarted: 7 / 16, firstIdle: 2 } })
      expect(scalar('steady_request_throughput').value).toBeCloseTo(16, 9)
    })
  })
  test('of an open loop counts what arrived in it', () => {
    const queued = Array.from({ length: 100 }, (_, i) => ({ sent: i / 10, chunks: [1.5 + (i * 1.5) / 10] }))
    const { scalar } = metricsOf(queued.slice(0, 20), { clients: null }, { moments: { allStarted: 0, firstIdle: 10 } })
    expect(scalar('steady_request_throughput').value).toBeCloseTo(2, 9)
    const late = metricsOf(queued, { clients: null }, { moments: { allStarted: 0, firstIdle: 40 } })
    const inTime = queued.filter(({ sent, chunks }) => sent + (chunks[0] ?? 0) <= 40).length
    expect(late.scalar('steady_request_throughput').value).toBeCloseTo(inTime / 40, 9)
  })
  test('is null when a moment was not reached', () => {
    const { scalar } = metricsOf(closedLoopSpecs(shape), {}, { moments: { firstIdle: null } })
    expect(scalar('steady_request_throughput').value).toBeNull()
  })
})

describe('what other tools call latency and time per token', () => {
  const two = [
    { sent: 0, chunks: [0.1, 0.2], columns: { closed: 0.5e9 } },
    { sent: 1, chunks: [0.1, 0.4, 0.7, 1.0], columns: { closed: 2e9 } },
  ]
  test('the end of the reply is not the last token', () => {
    expect(metricsOf(two).distribution('time_to_close')).toMatchObject({ min: 0.5, max: 1 })
  })
  test('latency per token holds the time to the first', () => {
    expect(metricsOf(two).distribution('latency_per_output_token')).toMatchObject({
      min: expect.closeTo(0.1, 9),
      max: expect.closeTo(0.25, 9),
    })
  })
  test('weighted by tokens a long answer weighs more', () => {
    const { scalar, distribution } = metricsOf(two)
    expect(distribution('tpot').mean).toBeCloseTo((0.1 + 0.3) / 2, 9)
    expect(scalar('tpot_token_weighted').value).toBeCloseTo((0.1 + 0.9) / 4, 9)
  })
})
