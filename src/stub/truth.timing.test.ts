import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLoadProcess, type LoadProcess } from '../load/process/load-process.ts'
import type { DistributionBlock } from '../result/schema.ts'
import type { StubOptions } from './options.ts'
import { startStubProcess } from './stub-process.ts'
import { measureStub, type StubMeasurement } from './testing/measure-stub.ts'
import { truth } from './truth.ts'

let directory: string
let load: LoadProcess
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'servemark-truth-'))
  load = startLoadProcess({ directory })
  await load.ready
})
afterAll(async () => {
  await load.stop()
  await rm(directory, { recursive: true })
})

/** Stub, load generator and test each in a process of its own, as in a run. */
async function point(options: StubOptions, clients: number, requests: number, threads = 1): Promise<StubMeasurement> {
  await using stub = await startStubProcess(options)
  return await measureStub(stub, { clients, requests, outputTokens: 32, threads }, (plan) => load.run(plan))
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = (sorted.length - 1) / 2
  return ((sorted[Math.floor(half)] as number) + (sorted[Math.ceil(half)] as number)) / 2
}

/** How late the stub read each request, ms: over loopback its bytes are there when the client's write returns. */
function readLateness({ recording, logOf }: StubMeasurement): number[] {
  const { anchor, requests } = recording
  return requests.writeDone.map((done, row) =>
    Math.max(0, (logOf(row).receivedNs - anchor.monotonicNs - (done as number)) / 1e6),
  )
}

const schedules = [
  { kind: 'fixed', ttftMs: 60, itlMs: 10 },
  { kind: 'staggered', ttftMs: 150, itlMs: 20 },
] as const

describe.each(schedules)('$kind schedule, ttft $ttftMs ms, itl $itlMs ms', (schedule) => {
  test.each([
    { clients: 1, requests: 4, threads: 1 },
    { clients: 8, requests: 24, threads: 1 },
    { clients: 64, requests: 128, threads: 1 },
    // One schedule is enough to see that two threads tell the truth, too.
    ...(schedule.kind === 'fixed' ? [{ clients: 64, requests: 128, threads: 2 }] : []),
  ])('$clients clients in $threads threads measure what was sent', async ({ clients, requests, threads }) => {
    const measurement = await point({ schedule }, clients, requests, threads)
    const { recording, metrics, log } = measurement
    expect(new Set(recording.requests.outcome)).toEqual(new Set(['ok']))
    expect(new Set(recording.requests.thread).size).toBe(threads)
    const sent = truth(log.requests)
    expect(sent.ttftMs).toHaveLength(requests)
    expect(sent.itlMs).toHaveLength(requests * 31)
    const { ttft, itl } = metrics as unknown as Record<'ttft' | 'itl', DistributionBlock>
    expect([ttft.count, itl.count]).toEqual([requests, requests * 31])
    const late = log.lateness.p99Ms as number
    const errors = {
      'ttft mean': (ttft.mean as number) * 1000 - mean(sent.ttftMs),
      'ttft p50': (ttft.p50 as number) * 1000 - median(sent.ttftMs),
      'itl mean': (itl.mean as number) * 1000 - mean(sent.itlMs),
      'itl p50': (itl.p50 as number) * 1000 - median(sent.itlMs),
    }
    const allowed = {
      ttft: Math.max(1, late + mean(readLateness(measurement))),
      itl: Math.max(1, late),
    }
    const wrong = Object.entries(errors).filter(
      ([what, error]) => !(Math.abs(error) <= allowed[what.startsWith('ttft') ? 'ttft' : 'itl']),
    )
    expect(wrong, `allowed ${JSON.stringify(allowed)} ms, errors ${JSON.stringify(errors)}`).toEqual([])
  })
})

test('a stall of 50 ms shows as one gap, at its token', async () => {
  const { recording, log, metrics } = await point(
    {
      schedule: { kind: 'fixed', ttftMs: 60, itlMs: 10 },
      faults: [{ fault: { kind: 'stall', atToken: 16, seconds: 0.05 }, every: 1 }],
    },
    4,
    8,
  )
  const { chunkStart } = recording.requests
  const gaps = chunkStart.map((start) => {
    const at = (token: number) => recording.chunks.time[start + token] as number
    return (at(16) - at(15)) / 1e6
  })
  const sent = log.requests.map(({ chunks }) => ((chunks.sentNs[16] as number) - (chunks.sentNs[15] as number)) / 1e6)
  const allowed = Math.max(1, log.lateness.p99Ms as number)
  expect(Math.abs(median(gaps) - median(sent))).toBeLessThanOrEqual(allowed)
  expect(median(gaps)).toBeGreaterThan(60 - allowed)
  expect((metrics.itl as DistributionBlock).max).toBeGreaterThan(0.05)
})
