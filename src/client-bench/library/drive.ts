import { performance } from 'node:perf_hooks'
import type { ClientRun } from '../client-run.ts'
import { firstWarmupId, requestBody, requestHeaders, type Job } from '../job.ts'
import type { Library } from './open-library.ts'

interface Sent {
  readonly id: number
  readonly intended: number
  readonly writeStart: number
  readonly times: number[]
}

/** Drives a library as a user's script would: promises, timers, a list of times for each request. */
export async function drive(library: Library, job: Job): Promise<ClientRun> {
  const sent: Sent[] = []
  const send = async (id: number, tokens: number, intended: number): Promise<void> => {
    const times: number[] = []
    const headers = requestHeaders(id)
    const body = requestBody(job.promptBytes, tokens)
    const writeStart = performance.now()
    sent.push({ id, intended, writeStart, times })
    await library.send({ headers, body, onToken: (time) => void times.push(time) })
    if (times.length !== tokens) throw new Error(`asked for ${tokens} tokens, got ${times.length}`)
  }
  await warmUp(job, send)
  sent.length = 0
  const start = performance.now()
  await (job.pace.kind === 'closed' ? closedLoop(job, job.pace.seconds, send) : openLoop(job, job.pace.seconds, send))
  const end = performance.now()
  await library.close()
  return toColumns(sent, start, end)
}

type Send = (id: number, tokens: number, intended: number) => Promise<void>

async function warmUp({ warmup, streams }: Job, send: Send): Promise<void> {
  for (let round = 0; round < warmup.rounds; round++) {
    const first = firstWarmupId + round * streams
    await Promise.all(Array.from({ length: streams }, (_, stream) => send(first + stream, warmup.tokens, NaN)))
  }
}

async function closedLoop({ tokens, streams }: Job, seconds: number | null, send: Send): Promise<void> {
  const stopAt = seconds === null ? Infinity : performance.now() + seconds * 1000
  let next = 0
  const stream = async (): Promise<void> => {
    while (next < tokens.length && performance.now() < stopAt) {
      const id = next++
      await send(id, tokens[id] ?? 1, NaN)
    }
  }
  await Promise.all(Array.from({ length: streams }, stream))
}

async function openLoop({ tokens }: Job, seconds: readonly number[], send: Send): Promise<void> {
  const start = performance.now()
  const requests: Promise<void>[] = []
  for (const [id, second] of seconds.entries()) {
    const intended = start + second * 1000
    const wait = intended - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    requests.push(send(id, tokens[id] ?? 1, intended))
  }
  await Promise.all(requests)
}

function toColumns(sent: readonly Sent[], start: number, end: number): ClientRun {
  const offset = Number(process.hrtime.bigint()) - performance.now() * 1e6
  const monotonic = (milliseconds: number): number => milliseconds * 1e6 + offset
  let length = 0
  return {
    startNs: monotonic(start),
    endNs: monotonic(end),
    id: Float64Array.from(sent, ({ id }) => id),
    intended: Float64Array.from(sent, ({ intended }) => monotonic(intended)),
    writeStart: Float64Array.from(sent, ({ writeStart }) => monotonic(writeStart)),
    chunkStart: Float64Array.from(sent, ({ times }) => (length += times.length) - times.length),
    time: Float64Array.from(
      sent.flatMap(({ times }) => times),
      monotonic,
    ),
    read: null,
    selfReported: null,
  }
}
