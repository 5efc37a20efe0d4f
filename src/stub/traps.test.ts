import { describe, expect, test } from 'vitest'
import { runLoad } from '../load/run-load.ts'
import type { MetricId } from '../metrics/index.ts'
import { tokenChunkRows } from '../recording/request-times.ts'
import type { Outcome } from '../recording/vocabulary.ts'
import type { DistributionBlock, ScalarBlock } from '../result/schema.ts'
import type { FaultInput } from './faults/index.ts'
import { startStub } from './stub.ts'
import { truth } from './truth.ts'
import { measureStub, type StubLoad, type StubMeasurement } from './testing/measure-stub.ts'

const ttftMs = 50
const itlMs = 3
const load: StubLoad = { clients: 8, requests: 40, outputTokens: 32 }

/** 40 requests of 32 tokens by 8 clients; `every` n-th has the fault. */
async function trap(fault: FaultInput, every = 10, changes: Partial<StubLoad> = {}): Promise<StubMeasurement> {
  await using stub = await startStub({
    schedule: { kind: 'fixed', ttftMs, itlMs },
    faults: [{ fault, every }],
  })
  return await measureStub(stub, { ...load, ...changes }, runLoad)
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const distribution = ({ metrics }: StubMeasurement, id: MetricId) => metrics[id] as DistributionBlock
const scalar = ({ metrics }: StubMeasurement, id: MetricId) => (metrics[id] as ScalarBlock).value as number

function outcomes({ recording }: StubMeasurement): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {}
  for (const outcome of recording.requests.outcome) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

/** Throughput times its own span: what it counted. */
function counted(point: StubMeasurement, id: MetricId): number {
  const { start, end } = point.measured.span as { start: number; end: number }
  return (scalar(point, id) * (end - start)) / 1e9
}

/** What a point must get right whatever happened in it. */
function summary(point: StubMeasurement) {
  const { requests } = point.recording
  const faulty = requests.outcome.flatMap((_, row) => (point.logOf(row).faults.length > 0 ? [row] : []))
  return {
    outcomes: outcomes(point),
    failed: requests.outcome.flatMap((outcome, row) => (outcome === 'ok' ? [] : [row])),
    faulty,
    ttfts: distribution(point, 'ttft').count,
    censored: distribution(point, 'ttft').censored !== undefined,
    gaps: distribution(point, 'itl').count,
    requests: Math.round(counted(point, 'request_throughput') * 1e6) / 1e6,
    tokens: Math.round(counted(point, 'output_token_throughput') * 1e6) / 1e6,
  }
}

/** The faulty four are counted as failed, and their tokens are not among those that the server is said to achieve. */
function fourFailed(point: StubMeasurement, outcome: Outcome): ReturnType<typeof summary> {
  const { faulty } = summary(point)
  return {
    outcomes: { ok: 36, [outcome]: 4 },
    failed: faulty,
    faulty,
    ttfts: 36,
    censored: true,
    gaps: 36 * 31,
    requests: 36,
    tokens: 36 * 32,
  }
}

const allOk = { outcomes: { ok: 40 }, failed: [], ttfts: 40, censored: false, requests: 40, tokens: 40 * 32 }

describe('4 of 40 requests fail', () => {
  test.concurrent('reset after 10 tokens', async () => {
    const point = await trap({ kind: 'reset', afterTokens: 10 })
    expect(summary(point)).toEqual(fourFailed(point, 'connection_error'))
    expect(counted(point, 'emitted_token_throughput')).toBeCloseTo(36 * 32 + 4 * 10, 6)
  })

  test.concurrent('clean close in mid-body', async () => {
    const point = await trap({ kind: 'cut', afterTokens: 10 })
    expect(summary(point)).toEqual(fourFailed(point, 'truncated'))
  })

  test.concurrent('HTTP 503', async () => {
    const point = await trap({ kind: 'status', code: 503 })
    expect(summary(point)).toEqual(fourFailed(point, 'http_error'))
    expect(point.recording.requests.httpStatus.filter((status) => status === 503)).toHaveLength(4)
  })

  test.concurrent('an error event after 10 tokens, then [DONE]', async () => {
    const point = await trap({ kind: 'errorEvent', afterTokens: 10, message: 'engine died' })
    expect(summary(point)).toEqual(fourFailed(point, 'stream_error'))
    expect(new Set(point.recording.requests.error)).toEqual(new Set([null, 'engine died']))
  })
})

test.concurrent('no [DONE]: the finish reason suffices', async () => {
  const point = await trap({ kind: 'noDone' })
  expect(summary(point)).toMatchObject({ ...allOk, gaps: 40 * 31 })
})

test.concurrent('an empty role chunk 40 ms early is not the first token', async () => {
  const point = await trap({ kind: 'earlyRole', ms: 40 }, 1, { route: 'chat' })
  expect(summary(point)).toMatchObject(allOk)
  const { requests, chunks } = point.recording
  expect(distribution(point, 'ttft').min).toBeGreaterThanOrEqual(ttftMs / 1000)
  expect(distribution(point, 'itl').count).toBe(40 * 31)
  for (const start of requests.chunkStart) expect(chunks.carriesToken[start]).toBe(0)
})

test.concurrent('2 tokens a chunk: each convention under its own name', async () => {
  const point = await trap({ kind: 'tokensPerChunk', tokens: 2 }, 1)
  expect(summary(point)).toMatchObject(allOk)
  const gaps = distribution(point, 'itl').mean as number
  expect(scalar(point, 'tokens_per_chunk')).toBe(2)
  expect(distribution(point, 'itl').count).toBe(40 * 15)
  expect(distribution(point, 'itl_per_token').count).toBe(40 * 30)
  expect(distribution(point, 'itl_per_token').mean).toBeCloseTo(gaps / 2, 9)
  expect(distribution(point, 'itl_with_zeros').mean).toBeCloseTo(gaps / 2, 9)
  expect(distribution(point, 'tpot').mean).toBeCloseTo(gaps / 2, 9)
  expect(Math.abs(gaps * 1000 - mean(truth(point.log.requests).itlMs))).toBeLessThan(3)
})

test.concurrent('4 events in one write show by their shared read', async () => {
  const point = await trap({ kind: 'coalesce', events: 4 }, 1)
  expect(summary(point)).toMatchObject(allOk)
  const { recording, logOf } = point
  const apart = [...recording.requests.outcome.keys()].flatMap((row) => {
    const reads = tokenChunkRows(recording, row).map((chunk) => recording.chunks.read[chunk])
    const sent = logOf(row).chunks.sentNs
    return reads.filter((read, i) => i > 0 && sent[i] === sent[i - 1] && read !== reads[i - 1])
  })
  expect(apart).toEqual([])
  expect(scalar(point, 'coalesced_share')).toBeGreaterThanOrEqual(24 / 31)
  expect(distribution(point, 'itl').p50).toBe(0)
  expect(distribution(point, 'itl').p99).toBeGreaterThan((2 * itlMs) / 1000)
})

test.concurrent('a stall of 300 ms in 4 of 40 requests shows, at its token', async () => {
  const point = await trap({ kind: 'stall', atToken: 10, seconds: 0.3 })
  expect(summary(point)).toMatchObject(allOk)
  const { recording, logOf } = point
  const stalled = [...recording.requests.outcome.keys()].filter((row) => logOf(row).faults.includes('stall'))
  expect(stalled).toHaveLength(4)
  for (const row of stalled) {
    const times = tokenChunkRows(recording, row).map((chunk) => recording.chunks.time[chunk] as number)
    expect(((times[10] as number) - (times[9] as number)) / 1e6).toBeGreaterThan(200)
  }
  expect(distribution(point, 'itl').max).toBeGreaterThan(0.2)
  expect(distribution(point, 'e2e_latency').max).toBeGreaterThan((ttftMs + 31 * itlMs) / 1000 + 0.3)
})
