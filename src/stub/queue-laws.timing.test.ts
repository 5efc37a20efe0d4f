import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoadPlan } from '../load/plan.ts'
import { startLoadProcess } from '../load/process/load-process.ts'
import { reach } from '../metrics/intervals/probability.ts'
import { inFlight, lawBroken } from '../metrics/littles-law.ts'
import { mean, standardDeviation } from '../metrics/statistics.ts'
import { openLoopSchedule } from '../plan/load-shapes/open-loop.ts'
import type { ConstantRateShape } from '../plan/types.ts'
import type { Distribution } from './distribution.ts'
import { seededRandom } from './random.ts'
import { replayPlan } from './replay.ts'
import { startTimeline } from './schedules/index.ts'
import { startStubProcess } from './stub-process.ts'

const rate = 200
const serviceMs = 2.5
const load = (rate * serviceMs) / 1000
const requests = 800
const stubSeed = 5

/** Mean waiting times of queueing theory, ms: Pollaczek and Khinchine's, and M/M/1's. */
const textbook = { 'M/D/1': ((load / (1 - load)) * serviceMs) / 2, 'M/M/1': (load / (1 - load)) * serviceMs }
const services = {
  'M/D/1': { kind: 'deterministic', ms: serviceMs },
  'M/M/1': { kind: 'exponential', meanMs: serviceMs },
} as const satisfies Record<string, Distribution>
type Queue = keyof typeof services
const queues: readonly Queue[] = ['M/D/1', 'M/M/1']

const arrivals: ConstantRateShape = {
  kind: 'constantRate',
  stages: [{ startRate: rate, endRate: rate, seconds: Infinity }],
  arrival: { kind: 'poisson' },
  cap: null,
}
const schedule = openLoopSchedule(arrivals, requests, 1)

interface Waits {
  /** Each request's, in order of sending, as the client saw it, ms. */
  readonly measured: readonly number[]
  /** The same by the stub's schedule. */
  readonly kept: readonly number[]
  /** How late the stub's first tokens were on average, ms. */
  readonly late: number
}

/**
 * The tokens of an answer are due in the middle and at the end of its service: what lies between them is half of it, and what
 * the first took beyond that is waiting.
 */
async function waits(queue: Queue, directory: string): Promise<Waits> {
  await using stub = await startStubProcess({
    schedule: { kind: 'queued', service: services[queue] },
    models: [],
    seed: stubSeed,
  })
  const process = startLoadProcess({ directory })
  try {
    const recording = await process.run(openLoopPlan(stub.url))
    brokenLaw[queue] = lawBroken(inFlight(recording)!)
    const { outcome, writeStart, firstToken, lastToken } = recording.requests
    expect(new Set(outcome)).toEqual(new Set(['ok']))
    const measured = outcome.map((_, row) => (2 * firstToken[row]! - lastToken[row]! - writeStart[row]!) / 1e6)
    const log = await stub.log()
    const kept = log.requests.map(({ receivedNs, chunks: { dueNs } }) => keptWait({ receivedNs, dueNs }))
    const lateness = log.requests.map(({ chunks: { dueNs, sentNs } }) => (sentNs[0]! - dueNs[0]!) / 1e6)
    return { measured, kept, late: mean(lateness)! }
  } finally {
    await process.stop()
  }
}

function keptWait({ receivedNs, dueNs }: { receivedNs: number; dueNs: readonly number[] }): number {
  const [middle, end] = [dueNs[0]!, dueNs[1]!]
  return (2 * middle - end - receivedNs) / 1e6
}

function openLoopPlan(url: string): LoadPlan {
  const shape = {
    streams: 1,
    requestsEach: requests,
    stream: true,
    ttftSeconds: 0,
    gapSeconds: 0,
    chunksEach: 2,
    tokensPerChunk: 1,
    chunkBytes: 0,
    requestBytes: 300,
    lockStep: false,
    staggerSeconds: 0,
  }
  const plan = replayPlan(url, shape)
  const body = JSON.stringify({ model: 'stub', prompt: 'wait', max_tokens: 2, stream: true })
  return {
    ...plan,
    requests: plan.requests.map((request) => ({ ...request, body })),
    scenario: {
      kind: 'openLoop',
      ...schedule,
      peakRate: rate,
      steadyFrom: 0,
      cap: null,
      spin: false,
      warmup: { rounds: 0, maxRounds: 0, agreement: 0.05 },
      warmupClients: 16,
    },
  }
}

/** Half of the 95 % interval of the mean, by means of neighbours, which are nearly independent. */
function halfWidth(values: readonly number[]): number {
  const size = 40
  const batches = Array.from({ length: values.length / size }, (_, batch) =>
    mean(values.slice(batch * size, (batch + 1) * size))!,
  )
  return (reach(batches.length) * standardDeviation(batches)!) / Math.sqrt(batches.length)
}

const brokenLaw: Partial<Record<Queue, number>> = {}
let found: Record<Queue, Waits>
beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'servemark-queue-'))
  try {
    // Both at once: each is a process that mostly waits.
    const [constant, exponential] = await Promise.all(queues.map((queue) => waits(queue, directory)))
    found = { 'M/D/1': constant!, 'M/M/1': exponential! }
  } finally {
    await rm(directory, { recursive: true })
  }
})
afterAll(() => {
  for (const queue of queues) {
    const { measured, kept } = found[queue]
    const shown = [mean(measured)!, halfWidth(measured), mean(kept)!, textbook[queue]].map((value) => value.toFixed(2))
    console.log(`${queue}: mean wait ${shown[0]} +- ${shown[1]} ms, kept by the stub ${shown[2]}, textbook ${shown[3]}`)
  }
})

/** What requests would wait that arrive when they were intended to, on a machine that is never late, ms. */
function idealWaits(queue: Queue): number[] {
  const timeline = startTimeline({ kind: 'queued', service: services[queue] }, 0)
  return Array.from(schedule.seconds, (seconds, index) => {
    const receivedNs = seconds * 1e9
    return keptWait({ receivedNs, dueNs: timeline.dues(receivedNs, 2, seededRandom(stubSeed, index)) })
  })
}

test.each(queues)('%s: the mean wait of the textbook lies in the interval of the measured one', (queue) => {
  const { measured, kept, late } = found[queue]
  const ideal = idealWaits(queue)
  // What a busy machine does to the arrivals and to the stub's tokens; next to nothing on an idle one.
  const disturbance = Math.abs(mean(kept)! - mean(ideal)!) + late
  expect(Math.abs(mean(measured)! - textbook[queue])).toBeLessThanOrEqual(halfWidth(measured) + disturbance)
  // The interval tells the queue from one without waits, and from one with twice as long ones.
  expect(halfWidth(ideal)).toBeLessThan(0.5 * textbook[queue])
})

test('requests of one length wait half as long as those of exponential lengths', () => {
  const [constant, exponential] = queues.map((queue) => {
    const { measured, kept } = found[queue]
    return mean(measured)! - mean(kept)! + mean(idealWaits(queue))!
  })
  expect(constant! / exponential!).toBeGreaterThan(0.3)
  expect(constant! / exponential!).toBeLessThan(0.7)
})

test.each(queues)(
  '%s: half of the waits are measured within 1 ms of what the stub kept, or what its tokens were late by',
  (queue) => {
    const { measured, kept, late } = found[queue]
    const errors = measured.map((wait, row) => Math.abs(wait - kept[row]!)).sort((a, b) => a - b)
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(Math.max(1, 3 * late))
  },
)

test("Little's law holds: what the load generator counted in flight is what its recording accounts for", () => {
  expect(brokenLaw).toEqual({ 'M/D/1': 0, 'M/M/1': 0 })
})
