import { PerformanceObserver, performance } from 'node:perf_hooks'
import type { Series } from '../recording/recording.ts'
import { NumberColumn } from './record/number-column.ts'
import { series } from './series.ts'

/** What a load thread says about itself, as series of the recording. */
export class ThreadReport {
  readonly #now: () => number
  readonly #observer: PerformanceObserver
  readonly #clockOffset: number
  readonly #gc = { time: [] as number[], value: [] as number[] }
  readonly #samples = { time: [] as number[], cpu: [] as number[], active: [] as number[] }
  readonly #lateness = { time: new NumberColumn(), value: new NumberColumn() }
  #replacedStamps = 0
  #inFlight = 0
  #changedAt: number
  #requestNs = 0

  constructor(now: () => number) {
    this.#now = now
    this.#changedAt = now()
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

  /** One request more in flight, or one less: an account of their time that no request's own record is part of. */
  inFlight(change: 1 | -1): void {
    const now = this.#now()
    this.#requestNs += this.#inFlight * (now - this.#changedAt)
    this.#changedAt = now
    this.#inFlight += change
  }

  /** Reads the thread's CPU time, a few microseconds; to be called once a second. */
  sample(): void {
    const { user, system } = process.threadCpuUsage()
    this.#samples.time.push(this.#now())
    this.#samples.cpu.push((user + system) / 1e6)
    this.#samples.active.push(performance.eventLoopUtilization().active / 1000)
  }

  finish(): readonly Series[] {
    this.sample()
    this.#collect(this.#observer.takeRecords())
    this.#observer.disconnect()
    const { time, cpu, active } = this.#samples
    const { time: intended, value: lateness } = this.#lateness
    return [
      series('load.thread_cpu', 's', time, cpu),
      series('load.loop_active', 's', time, active),
      series('load.gc_pause', 's', this.#gc.time, this.#gc.value),
      series('load.request_seconds', 's', [this.#changedAt], [this.#requestNs / 1e9]),
      series('load.replaced_stamps', '1', [this.#now()], [this.#replacedStamps]),
      ...(intended.length > 0
        ? [{ name: 'load.send_lateness', unit: 's', time: intended.toArray(), value: lateness.toArray() }]
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
