import { PerformanceObserver, performance } from 'node:perf_hooks'
import type { Series } from '../recording/recording.ts'
import { float64Column } from './growable.ts'

/** What the load generator says about itself, as series of the recording. */
export class SelfReport {
  readonly #now: () => number
  readonly #observer: PerformanceObserver
  readonly #clockOffset: number
  readonly #gc = { time: [] as number[], value: [] as number[] }
  readonly #cpu = { time: [] as number[], value: [] as number[] }
  readonly #lateness = { time: float64Column(), value: float64Column() }
  #replacedStamps = 0

  constructor(now: () => number) {
    this.#now = now
    this.#clockOffset = now() - performance.now() * 1e6
    this.#observer = new PerformanceObserver((list) => this.#collect(list.getEntries()))
    this.#observer.observe({ entryTypes: ['gc'] })
    this.sample()
  }

  /** A request that was intended for `intended` is sent now. */
  sentOnTime(intended: number): void {
    this.#lateness.time.push(intended)
    this.#lateness.value.push((this.#now() - intended) / 1e9)
  }

  replacedStamp(): void {
    this.#replacedStamps++
  }

  /** Reads the CPU time of the process; to be called a few times a second. */
  sample(): void {
    const { user, system } = process.cpuUsage()
    this.#cpu.time.push(this.#now())
    this.#cpu.value.push((user + system) / 1e6)
  }

  finish(): readonly Series[] {
    this.sample()
    this.#collect(this.#observer.takeRecords())
    this.#observer.disconnect()
    const { time, value } = this.#lateness
    return [
      series('load.cpu', 's', this.#cpu.time, this.#cpu.value),
      series('load.gc_pause', 's', this.#gc.time, this.#gc.value),
      series('load.replaced_stamps', '1', [this.#now()], [this.#replacedStamps]),
      ...(time.length > 0
        ? [{ name: 'load.send_lateness', unit: 's', time: time.toArray(), value: value.toArray() }]
        : []),
    ]
  }

  #collect(entries: readonly { startTime: number; duration: number }[]): void {
    for (const { startTime, duration } of entries) {
      this.#gc.time.push(startTime * 1e6 + this.#clockOffset)
      this.#gc.value.push(duration / 1000)
    }
  }
}

function series(name: string, unit: string, time: number[], value: number[]): Series {
  return { name, unit, time: Float64Array.from(time), value: Float64Array.from(value) }
}
