import type { LoadProcess } from '../load/process/load-process.ts'
import type { ObservedShape } from '../metrics/stream-shape.ts'
import { quantile } from '../metrics/statistics.ts'
import type { FloorBlock, FloorErrors } from '../result/schema.ts'
import { pair, type Pairs } from '../stub/paired.ts'
import { replayPlan, type StreamShape } from '../stub/replay.ts'
import type { FloorScheme, FloorServer } from './canary-server.ts'

/** Floors of this run by shape: a shape that was replayed once is not again. */
export type FloorCache = Map<string, FloorBlock>

export interface FloorOptions {
  readonly load: LoadProcess
  readonly server: FloorServer
  readonly scheme: FloorScheme
  readonly stream: boolean
  /** Load threads of the point. */
  readonly threads: number
  /** Length of what was measured: its replay is shorter. */
  readonly measuredSeconds: number
  readonly cache: FloorCache
  readonly signal: AbortSignal
}

const longest = 2
const shortest = 0.5
/** Of the measured time. */
const shareOfTime = 0.25
const mostStreams = 2048

/**
 * What the same client is off by on streams of the point's shape from a stub on this machine, while the measured server is
 * idle: what no result of that shape can be below. Null when it was interrupted or a stream failed.
 */
export async function measureFloor(observed: ObservedShape, options: FloorOptions): Promise<FloorBlock | null> {
  const shape = replayShape(observed, options)
  const key = JSON.stringify([shape, options.scheme, options.threads])
  const known = options.cache.get(key)
  if (known) return known
  const stub = await options.server.at(options.scheme)
  await stub.clear()
  const threads = Math.min(options.threads, shape.streams)
  const plan = replayPlan(stub.url, shape, { ca: stub.ca, threads })
  const recording = await options.load.run(plan, { signal: options.signal })
  const { arrival, ttft, itl, unpaired } = pair(recording, (await stub.log()).requests)
  if (unpaired > 0 || recording.ending !== 'complete') return null
  const enough = arrival.length >= fewestChunks
  const block: FloorBlock = {
    shape: {
      streams: shape.streams,
      requests: shape.streams * shape.requestsEach,
      chunks: arrival.length,
      stream: shape.stream,
      ttft_s: shape.ttftSeconds,
      gap_s: shape.gapSeconds,
      tokens_per_chunk: shape.tokensPerChunk,
      chunk_bytes: shape.chunkBytes,
      request_bytes: shape.requestBytes,
      lock_step: shape.lockStep,
      tls: options.scheme === 'https',
      scheme: options.scheme,
    },
    arrival: errorsOf({ reported: arrival, truth: arrival.map(() => 0) }, enough),
    ttft: errorsOf(ttft, enough),
    itl: itl.reported.length === 0 ? null : errorsOf(itl, enough),
  }
  options.cache.set(key, block)
  return block
}

/** The shape in few digits, so that points alike share a floor, and cut down to the time there is. */
function replayShape(observed: ObservedShape, { stream, measuredSeconds }: FloorOptions): StreamShape {
  const seconds = Math.min(longest, Math.max(shortest, measuredSeconds * shareOfTime))
  const ttftSeconds = round(Math.min(observed.first, 0.05))
  const gapSeconds = round(Math.min(observed.gap ?? 0.02, seconds / 4))
  const fitting = Math.max(2, Math.floor((seconds - ttftSeconds) / Math.max(gapSeconds, 1e-6)))
  const chunksEach = stream && observed.gap !== null ? Math.min(round(observed.chunks), fitting) : 1
  return {
    streams: Math.min(observed.streams, mostStreams),
    requestsEach: Math.max(1, Math.floor(seconds / (ttftSeconds + gapSeconds * (chunksEach - 1) + 0.001))),
    stream,
    ttftSeconds,
    gapSeconds,
    chunksEach,
    tokensPerChunk: observed.tokensPerChunk,
    chunkBytes: round(observed.chunkBytes),
    requestBytes: round(observed.requestBytes),
    lockStep: observed.lockStep,
    staggerSeconds: observed.lockStep ? 0 : 0.1,
  }
}

const round = (value: number) => Number(value.toPrecision(2))

const fewestChunks = 2000
/** So many values must lie beyond a percentile. */
const beyond = 2

function errorsOf({ reported, truth }: Pairs, enough: boolean): FloorErrors {
  const sorted = (values: readonly number[]) => Float64Array.from(values).sort()
  const errors = sorted(reported.map((value, at) => Math.abs(value - (truth[at] ?? NaN))))
  const at = (share: number) => (enough && errors.length * (1 - share) >= beyond ? quantile(errors, share) : null)
  const p99 = at(0.99)
  const difference = (quantile(sorted(reported), 0.99) ?? 0) - (quantile(sorted(truth), 0.99) ?? 0)
  return {
    count: errors.length,
    p50_s: quantile(errors, 0.5),
    p99_s: p99,
    p999_s: at(0.999),
    p99_difference_s: p99 === null ? null : difference,
  }
}
