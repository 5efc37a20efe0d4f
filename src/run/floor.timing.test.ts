import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLoadProcess, type LoadProcess } from '../load/process/load-process.ts'
import type { ObservedShape } from '../metrics/stream-shape.ts'
import { startCanaryServer, type CanaryServer, type FloorScheme } from './canary-server.ts'
import { measureFloor, type FloorCache } from './floor.ts'

let directory: string
let load: LoadProcess
let server: CanaryServer
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'servemark-floor-'))
  load = startLoadProcess({ directory })
  server = await startCanaryServer()
})
afterAll(async () => {
  await Promise.all([load.stop(), server.stop()])
  await rm(directory, { recursive: true })
})

const observed: ObservedShape = {
  streams: 2,
  first: 3,
  gap: 0.0201,
  chunks: 500,
  tokensPerChunk: 2,
  chunkBytes: 612,
  requestBytes: 4000,
  lockStep: false,
}
const cache: FloorCache = new Map()
const floor = (shape: Partial<ObservedShape> = {}, scheme: FloorScheme = 'http') =>
  measureFloor(
    { ...observed, ...shape },
    { load, server, scheme, stream: true, threads: 1, measuredSeconds: 1, cache, signal: new AbortController().signal },
  )

test("a short replay of the point's shape: too few chunks for a p99", async () => {
  const block = await floor()
  expect(block?.shape).toMatchObject({ streams: 2, ttft_s: 0.05, gap_s: 0.02, tokens_per_chunk: 2, chunk_bytes: 610 })
  expect(block?.shape.chunks).toBeLessThan(2000)
  expect(block?.arrival.p50_s).toBeGreaterThan(0)
  expect([block?.arrival.p99_s, block?.ttft.p99_s, block?.itl?.p99_s]).toEqual([null, null, null])
})

test('2,000 chunks have one, and a p99 beyond the p50; TLS too', async () => {
  const block = await floor({ streams: 64, gap: 0.01, tokensPerChunk: 1 }, 'https')
  expect(block?.shape).toMatchObject({ streams: 64, tls: true })
  expect(block?.shape.chunks).toBeGreaterThanOrEqual(2000)
  expect(block!.arrival.p99_s).toBeGreaterThan(block!.arrival.p50_s!)
  expect(block?.itl?.p99_difference_s).toEqual(expect.any(Number))
})

test('gRPC has a floor of its own, over gRPC', async () => {
  const block = await floor({ streams: 4, tokensPerChunk: 1, chunkBytes: 60 }, 'grpc')
  expect(block?.shape).toMatchObject({ streams: 4, scheme: 'grpc', tls: false, tokens_per_chunk: 1 })
  expect(block?.shape.chunks).toBeGreaterThan(40)
  expect([block!.arrival.p50_s! > 0, block!.ttft.count]).toEqual([true, block!.shape.requests])
})

test('shapes alike share a floor', async () => {
  expect(await floor({ gap: 0.02, chunkBytes: 607 })).toBe(await floor())
})
