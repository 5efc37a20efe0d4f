import { readFileSync } from 'node:fs'

/** What a process has used, by /proc. */
export interface UsageSample {
  /** CLOCK_MONOTONIC, ns. */
  readonly time: number
  readonly cpuSeconds: number
  readonly residentBytes: number
}

const ticksPerSecond = 100
const pageBytes = 4096

/** All threads of the process; null when it is gone, or the system has no /proc. */
export function readUsage(pid: number): UsageSample | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      time: Number(process.hrtime.bigint()),
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
      residentBytes: Number(fields[21]) * pageBytes,
    }
  } catch {
    return null
  }
}

/** Looks at a process five times a second until it is stopped. */
export class UsageSampler {
  readonly samples: UsageSample[] = []
  readonly #pid: number
  readonly #timer: NodeJS.Timeout

  constructor(pid: number) {
    this.#pid = pid
    this.#look()
    this.#timer = setInterval(() => this.#look(), 200)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** First and last sample between two times; null when there are less than two. */
  within(from: number, to: number): readonly [UsageSample, UsageSample] | null {
    const inside = this.samples.filter(({ time }) => time >= from && time <= to)
    const [first, last] = [inside[0], inside.at(-1)]
    return first === undefined || last === undefined || first === last ? null : [first, last]
  }

  #look(): void {
    const sample = readUsage(this.#pid)
    if (sample !== null) this.samples.push(sample)
  }
}
