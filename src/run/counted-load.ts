import type { Backend, ProbeHttp, Target } from '../backends/backend.ts'
import { differenceOf, readCounters, type CounterReading } from '../backends/counters/read-counters.ts'
import type { Recording } from '../recording/recording.ts'
import type { CountersBlock } from '../result/schema.ts'

/** Servers count what they sent a little later than they send it. */
const settling = { tries: 10, everyMs: 200 } as const

export interface CounterSource {
  readonly backend: Pick<Backend, 'counters'>
  readonly target: Pick<Target, 'endpoints'>
  readonly http: ProbeHttp
  readonly sleep: (ms: number) => Promise<void>
  /** Once it aborts, the load is over and nothing more is asked. */
  readonly signal: AbortSignal
}

/**
 * Runs a load between two readings of the server's counters. They are read while nothing of ours is in the server: a
 * reading takes some servers 15 ms of the loop that also sends the answers. Null: the backend has no counters.
 */
export async function countedLoad(
  source: CounterSource,
  load: () => Promise<Recording>,
): Promise<{ recording: Recording; counters: CountersBlock | null }> {
  const families = source.backend.counters
  if (families === undefined) return { recording: await load(), counters: null }
  const read = async () => await readCounters(source.http, source.target.endpoints, families)
  const before = await settle(source, read, isIdle)
  const recording = await load()
  if (source.signal.aborted) return { recording, counters: { source: null, why: 'the load was cut short' } }
  if (before.kind === 'none') return { recording, counters: { source: null, why: before.why } }
  const ok = countOk(recording)
  const after = await settle(source, read, (reading) => isIdle(reading) && hasCounted(before, reading, ok))
  return { recording, counters: blockOf(before, after) }
}

/** The first reading that `done` accepts, else the last one. */
async function settle(
  { sleep }: CounterSource,
  read: () => Promise<CounterReading>,
  done: (reading: CounterReading) => boolean,
): Promise<CounterReading> {
  for (let left: number = settling.tries; ; left--) {
    const reading = await read()
    if (left === 0 || reading.kind === 'none' || done(reading)) return reading
    await sleep(settling.everyMs)
  }
}

const isIdle = (reading: CounterReading) => reading.kind === 'read' && (reading.inside ?? 0) === 0

interface OkCounts {
  readonly requests: number
  /** By the server's usage, where it came. */
  readonly outputTokens: number
}

function countOk({ requests }: Recording): OkCounts {
  let count = 0
  let outputTokens = 0
  for (let row = 0; row < requests.length; row++) {
    if (requests.outcome[row] !== 'ok') continue
    count++
    outputTokens += requests.serverOutputTokens[row] ?? 0
  }
  return { requests: count, outputTokens }
}

function hasCounted(before: CounterReading, after: CounterReading, ok: OkCounts): boolean {
  if (before.kind === 'none' || after.kind === 'none') return true
  const grown = (name: 'requests' | 'output_tokens' | 'e2e_count') => {
    const value = after.values[name]
    return value === null ? Infinity : value - (before.values[name] ?? 0)
  }
  return (
    grown('requests') >= ok.requests && grown('e2e_count') >= ok.requests && grown('output_tokens') >= ok.outputTokens
  )
}

function blockOf(before: CounterReading, after: CounterReading): CountersBlock {
  const found = differenceOf(before, after)
  if (found.kind === 'none') return { source: null, why: found.why }
  return { source: found.path, family: found.family, requests_before: found.insideBefore, counted: found.values }
}
