import type { Recording } from '../recording/recording.ts'
import type { Ending } from '../recording/vocabulary.ts'
import { createClock, makeAnchor } from './clock.ts'
import { loadDecoder } from './decoder-module.ts'
import type { ExchangeContext } from './exchange-context.ts'
import type { LoadPlan, LoadProgress } from './plan.ts'
import { type IncomingPlan, prepare, type PreparedPlan } from './prepared-request.ts'
import { ProcessReport } from './process-report.ts'
import { Progress } from './progress.ts'
import { assemble, type RawRecording } from './record/assemble.ts'
import { checkRoom, readRoom } from './room.ts'
import { Crew } from './threads/crew.ts'
import { LoadThread } from './threads/load-thread.ts'
import { mergeMoments, mergeRequests, mergeSeries, withUntaken } from './threads/merge.ts'
import { type SharedSize, SharedState } from './threads/shared-state.ts'
import type { SpillPlan, ThreadPart, ThreadTask } from './threads/task.ts'
import { alone } from './threads/team.ts'
import type { Waker } from './timed-sends.ts'
import type { OpenSocket } from './transport/http/open-socket.ts'
import { openTransport } from './transport/index.ts'
import type { Transport } from './transport/transport.ts'

export interface RunLoadOptions {
  /** Ends the point: nothing more is sent, requests in flight are cancelled, and what there is comes back. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: LoadProgress) => void
  /** Threads for a plan of several; default: started for it. One thread is this loop: a worker would cost 30 MB and gain nothing. */
  readonly crew?: Crew
  /** Where blocks beyond a bound go. `path`: the beginning of each thread's. Default: all stays in memory. */
  readonly spill?: SpillPlan
  /** How connections are opened; tests give bytes without sockets. Only for one thread in this loop. */
  readonly openSocket?: OpenSocket
  /** Waits before a request is sent again; tests need not wait. Only for one thread in this loop. */
  readonly backoff?: (seconds: number) => Promise<void>
  /** What wakes the loop for so many sends at given times. Only for one thread in this loop. */
  readonly startWaker?: (count: number) => Promise<Waker>
}

/**
 * Drives the load of one point and records it. Failing requests are part of the recording; it rejects only when the
 * plan cannot be carried out at all: with UserError for a bad url, header or decoder module, or more connections than the
 * system gives.
 */
export async function runLoad(plan: LoadPlan, options: RunLoadOptions = {}): Promise<Recording> {
  return assemble(await recordLoad(plan, options))
}

/** The same, its chunks not yet put together: that takes their memory twice. */
export async function recordLoad(plan: IncomingPlan, options: RunLoadOptions = {}): Promise<RawRecording> {
  checkRoom(plan, readRoom())
  const createDecoder = await loadDecoder(plan.decoder)
  const transport = await openTransport(plan.wire, plan)
  const keepsBodies = createDecoder().asked !== undefined
  const prepared = await prepare(plan, { transport, shared: plan.threads > 1, keepsBodies })
  const anchor = makeAnchor()
  const { now } = createClock(anchor)
  const shared = new SharedState(sizeOf(plan))
  const report = new ProcessReport(now)
  const run: Run = { plan, options, prepared, shared, report, now, anchor, transport, createDecoder }
  const [warmup, measure] = [plan.warmup.length, plan.requests.length]
  const progress = new Progress(
    shared,
    { connect: measure, warmup, measure, drain: measure },
    (told) => options.onProgress?.(told),
    () => report.sample(),
  )
  const abort = (): void => shared.end('aborted')
  options.signal?.addEventListener('abort', abort)
  if (options.signal?.aborted === true) abort()
  try {
    const parts = await (plan.threads === 1 ? runHere(run) : runInThreads(run))
    progress.report()
    return merge(run, parts)
  } finally {
    progress.stop()
    options.signal?.removeEventListener('abort', abort)
  }
}

interface Run {
  readonly plan: IncomingPlan
  readonly options: RunLoadOptions
  readonly prepared: PreparedPlan
  readonly shared: SharedState
  readonly report: ProcessReport
  readonly now: () => number
  readonly anchor: ThreadTask['anchor']
  readonly transport: Transport
  readonly createDecoder: ExchangeContext['createDecoder']
}

async function runHere(run: Run): Promise<ThreadPart[]> {
  const { options, report, now, transport, createDecoder } = run
  const { signal, openSocket, startWaker, backoff } = options
  const team = alone(() => {
    report.sampleMachine()
    return now()
  })
  const thread = new LoadThread(taskOf(run, 0), {
    team,
    transport,
    createDecoder,
    openSocket,
    startWaker,
    backoff,
  })
  const abort = (): void => team.onNews('aborted')
  signal?.addEventListener('abort', abort)
  try {
    return [await thread.run()]
  } finally {
    signal?.removeEventListener('abort', abort)
    await thread.close()
  }
}

async function runInThreads(run: Run): Promise<ThreadPart[]> {
  const { plan, options, report, now } = run
  const crew = options.crew ?? new Crew()
  const tasks = Array.from({ length: plan.threads }, (_, place) => taskOf(run, place))
  try {
    return await crew.run(tasks, { now, beforeBegin: () => report.sampleMachine(), signal: options.signal })
  } finally {
    if (options.crew === undefined) await crew.close()
  }
}

const sizeOf = ({ threads, requests, endpoints }: IncomingPlan): SharedSize => ({
  threads,
  requests: requests.length,
  endpoints: endpoints.length,
})

function taskOf({ plan, options, prepared, shared, anchor }: Run, place: number): ThreadTask {
  const { spill } = options
  return {
    place,
    size: sizeOf(plan),
    anchor,
    plan: { ...plan, warmup: undefined, requests: undefined } as ThreadTask['plan'],
    ...prepared,
    memory: shared.memory,
    spill:
      spill === undefined ? null : { path: `${spill.path}-${place}`, beyondBytes: spill.beyondBytes / plan.threads },
  }
}

function merge({ prepared, shared, report, anchor }: Run, parts: readonly ThreadPart[]): RawRecording {
  const merged = mergeRequests(parts)
  const ending = shared.ending ?? 'complete'
  return {
    anchor,
    requests: owesTheRest[ending] ? withUntaken(merged.requests, parts, prepared.requests) : merged.requests,
    parts: merged.parts,
    moments: mergeMoments(parts),
    series: [...report.finish(), ...mergeSeries(parts)],
    ending,
  }
}

/** Whether requests that were planned and never sent are missing: a time that is up promised no number of them. */
const owesTheRest: Readonly<Record<Ending, boolean>> = {
  complete: true,
  duration: false,
  error_rate: true,
  saturated: false,
  aborted: true,
}
