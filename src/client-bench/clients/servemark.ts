import { openAiDecoderModule, openAiSuccess } from '../../backends/families/openai-wire.ts'
import type { LoadPlan, PlannedRequest } from '../../load/plan.ts'
import { startLoadProcess } from '../../load/process/load-process.ts'
import { boundOf } from '../../metrics/bound.ts'
import { inSituOf } from '../../metrics/in-situ.ts'
import type { Recording } from '../../recording/recording.ts'
import type { ClientRun } from '../client-run.ts'
import { firstWarmupId, path, requestBody, requestHeaders, type Job } from '../job.ts'
import type { Client, ClientSurroundings } from './client.ts'

/** Ours: the load process with the plan of a measured point, canary and all. */
export const servemark: Client = {
  id: 'servemark',
  label: 'servemark',
  kind: 'own',
  async run(job, surroundings, onProcess) {
    const load = startLoadProcess({ directory: surroundings.directory })
    try {
      await load.ready
      onProcess(load.pid)
      return toRun(await load.run(planOf(job, surroundings)))
    } finally {
      await load.stop()
    }
  },
}

function planOf(job: Job, { canary }: ClientSurroundings): LoadPlan {
  const request = (id: number, tokens: number): PlannedRequest => ({
    item: id,
    path,
    headers: requestHeaders(id),
    body: JSON.stringify(requestBody(job.promptBytes, tokens)),
    requestId: String(id),
    askedPromptTokens: null,
    askedOutputTokens: tokens,
    session: null,
    turn: null,
  })
  const { streams, warmup, pace } = job
  return {
    endpoints: [{ url: job.url }],
    threads: 1,
    balance: 'round-robin',
    retries: 0,
    method: 'POST',
    wire: { transport: 'http', framing: 'sse' },
    decoder: { module: openAiDecoderModule, options: { route: 'completions', stream: true } },
    success: openAiSuccess,
    scenario: scenarioOf(job),
    warmup: Array.from({ length: warmup.rounds * streams }, (_, row) => request(firstWarmupId + row, warmup.tokens)),
    requests: job.tokens.map((tokens, id) => request(id, tokens)),
    limits: { connect: 10, firstByte: 60, idle: 60, total: 600 },
    ca: [],
    seed: 1,
    saveText: true,
    stop: {
      durationSeconds: pace.kind === 'closed' ? pace.seconds : null,
      drainSeconds: null,
      errorRate: null,
      saturation: false,
    },
    canary,
  }
}

function scenarioOf({ streams, warmup, pace }: Job): LoadPlan['scenario'] {
  const rule = { rounds: warmup.rounds, maxRounds: warmup.rounds, agreement: 0.05 }
  if (pace.kind === 'closed') return { kind: 'closedLoop', clients: streams, staggerSeconds: 0, warmup: rule }
  const last = pace.seconds.at(-1) ?? 1
  return {
    kind: 'openLoop',
    seconds: Float64Array.from(pace.seconds),
    stage: new Int32Array(pace.seconds.length),
    peakRate: pace.seconds.length / last,
    steadyFrom: 0,
    cap: null,
    spin: true,
    warmup: rule,
    warmupClients: streams,
  }
}

function toRun(recording: Recording): ClientRun {
  const { requests, chunks, anchor, moments } = recording
  const monotonic = (time: number | null | undefined): number =>
    time === null || time === undefined ? NaN : time + anchor.monotonicNs
  const rows = requests.phase.flatMap((phase, row) => (phase === 'warmup' ? [] : [row]))
  const time: number[] = []
  const read: number[] = []
  const chunkStart: number[] = []
  for (const row of rows) {
    const outcome = requests.outcome[row]
    if (outcome !== 'ok') throw new Error(`servemark: a request ended ${outcome}: ${requests.error[row]}`)
    chunkStart.push(time.length)
    for (let chunk = requests.chunkStart[row] ?? 0; chunk < (requests.chunkEnd[row] ?? 0); chunk++) {
      if (chunks.carriesToken[chunk] !== 1) continue
      time.push(monotonic(chunks.time[chunk]))
      read.push(chunks.read[chunk] ?? NaN)
    }
  }
  const nanoseconds = (seconds: number | undefined): number | null => (seconds === undefined ? null : seconds * 1e9)
  return {
    startNs: monotonic(moments.measureStart),
    endNs: monotonic(moments.measureEnd),
    id: Float64Array.from(rows, (row) => requests.item[row] ?? NaN),
    intended: Float64Array.from(rows, (row) => monotonic(requests.intended[row])),
    writeStart: Float64Array.from(rows, (row) => monotonic(requests.writeStart[row])),
    chunkStart: Float64Array.from(chunkStart),
    time: Float64Array.from(time),
    read: Float64Array.from(read),
    selfReported: {
      canaryP99Ns: nanoseconds(inSituOf(recording)?.p99_s),
      boundP99Ns: nanoseconds(boundOf(recording)?.p99_s),
    },
  }
}
