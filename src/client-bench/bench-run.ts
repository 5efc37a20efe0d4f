import { quantile } from '../metrics/statistics.ts'
import type { CanaryPlan } from '../load/plan.ts'
import type { Client } from './clients/client.ts'
import type { ClientRun, SelfReported } from './client-run.ts'
import type { CPrograms } from './compile-c.ts'
import type { Job } from './job.ts'
import { pair, type Paired } from './pair.ts'
import { UsageSampler, type UsageSample } from './process-usage.ts'
import type { Schedule, Truth } from './stubs/bench-stub.ts'
import { startBenchStub } from './stubs/index.ts'

/** What all runs of a benchmark share. */
export interface BenchSurroundings {
  readonly directory: string
  /** Null: stub in Node, no client in C. */
  readonly programs: CPrograms | null
  readonly canary: CanaryPlan
}

export interface BenchShape {
  readonly schedule: Schedule
  readonly job: Omit<Job, 'url'>
  /** How long after the start chunks do not count for errors and CPU yet. */
  readonly settleSeconds: number
  /** Until when they do; null: the end of the last request. */
  readonly untilSeconds: number | null
}

/** One run of one client against a stub of its own. */
export class BenchRun {
  readonly paired: Paired
  readonly run: ClientRun
  readonly #truth: Truth
  readonly #shape: BenchShape
  readonly #usage: UsageSampler
  readonly #inWindow: number[] = []

  constructor(shape: BenchShape, run: ClientRun, truth: Truth, usage: UsageSampler) {
    this.#shape = shape
    this.run = run
    this.#truth = truth
    this.#usage = usage
    this.paired = pair(run, truth)
    const [from, to] = this.#window()
    this.paired.sent.forEach((sent, chunk) => {
      if (sent >= from && sent <= to) this.#inWindow.push(chunk)
    })
  }

  /** Of the distance between stamp and send of each chunk in the window, ns. */
  errorQuantile(share: number): number {
    return quantileOf(
      this.#inWindow.map((chunk) => Math.abs(this.paired.error[chunk] ?? NaN)),
      share,
    )
  }

  get sharedShare(): number {
    return this.#inWindow.reduce((sum, chunk) => sum + (this.paired.shared[chunk] ?? 0), 0) / this.#inWindow.length
  }

  /** Chunks a second that the stub sent in the window. */
  get chunkRate(): number {
    const [from, to] = this.#window()
    return this.#inWindow.length / ((to - from) / 1e9)
  }

  /** CPU time of the client's process, s; NaN where the window is too short or the system has no /proc. */
  get cpuPerChunk(): number {
    return this.#perChunk('cpuSeconds')
  }

  /** Difference of the p99s over all requests, the burst at the start included, ns. */
  get ttftError(): number {
    return p99(this.paired.ttft.client) - p99(this.paired.ttft.truth)
  }

  get gapError(): number {
    return p99(this.paired.gap.client) - p99(this.paired.gap.truth)
  }

  get requestRate(): number {
    return this.run.id.length / ((this.run.endNs - this.run.startNs) / 1e9)
  }

  get selfReported(): SelfReported | null {
    return this.run.selfReported
  }

  /** How late the stub was against its own schedule, p99, ns. */
  get stubLateness(): number {
    const { firstDue, chunkStart, sent } = this.#truth
    const gapNs = this.#shape.schedule.gapMs * 1e6
    const late = firstDue.reduce<number[]>((all, due, row) => {
      const from = chunkStart[row] ?? 0
      const to = chunkStart[row + 1] ?? sent.length
      for (let chunk = from; chunk < to; chunk++) all.push((sent[chunk] ?? NaN) - due - (chunk - from) * gapNs)
      return all
    }, [])
    return quantileOf(late, 0.99)
  }

  /** Bytes: most that was seen, most in the window, and what each chunk added there. */
  get memory(): { readonly peak: number; readonly inWindow: number; readonly perChunk: number } {
    const [from, to] = this.#window()
    const inside = this.#usage.samples.filter(({ time }) => time >= from && time <= to)
    const most = (samples: readonly UsageSample[]): number =>
      Math.max(...samples.map(({ residentBytes }) => residentBytes))
    return { peak: most(this.#usage.samples), inWindow: most(inside), perChunk: this.#perChunk('residentBytes') }
  }

  /** What the process's use grew by in the window, by chunk; NaN where the system does not tell. */
  #perChunk(name: 'cpuSeconds' | 'residentBytes'): number {
    const ends = this.#usage.within(...this.#window())
    if (ends === null) return NaN
    const [first, last] = ends
    const chunks = this.#inWindow.filter((chunk) => {
      const sent = this.paired.sent[chunk] ?? NaN
      return sent >= first.time && sent <= last.time
    })
    return (last[name] - first[name]) / chunks.length
  }

  #window(): [number, number] {
    const { settleSeconds, untilSeconds } = this.#shape
    const { startNs, endNs } = this.run
    return [startNs + settleSeconds * 1e9, untilSeconds === null ? endNs : startNs + untilSeconds * 1e9]
  }
}

export function quantileOf(values: ArrayLike<number>, share: number): number {
  return quantile(Float64Array.from(values).sort(), share) ?? NaN
}

function p99(values: Float64Array): number {
  return quantileOf(values, 0.99)
}

/** Starts a stub, drives it with the client, and pairs what both say. */
export async function runBench(client: Client, shape: BenchShape, surroundings: BenchSurroundings): Promise<BenchRun> {
  const stub = await startBenchStub({ schedule: shape.schedule, ...surroundings })
  let usage: UsageSampler | null = null
  let truth: Truth | null = null
  try {
    const run = await client.run({ ...shape.job, url: stub.url }, surroundings, (pid) => {
      usage = new UsageSampler(pid)
    })
    ;(usage as UsageSampler | null)?.stop()
    truth = await stub.finish()
    return new BenchRun(shape, run, truth, usage ?? new UsageSampler(process.pid))
  } finally {
    ;(usage as UsageSampler | null)?.stop()
    if (truth === null) await stub.finish().catch(() => undefined)
  }
}
