import { PerformanceObserver, performance } from 'node:perf_hooks'
import type { Series } from '../recording/recording.ts'
import { float64Column } from './growable.ts'
import { readMachine, type MachineTimes } from './machine.ts'

/** What the load generator says about itself, as series of the recording. */
export class SelfReport {
  readonly #now: () => number
  readonly #observer: PerformanceObserver
  readonly #clockOffset: number
  readonly #gc = { time: [] as number[], value: [] as number[] }
  readonly #samples = { time: [] as number[], process: [] as number[], thread: [] as number[], active: [] as number[] }
  readonly #machine: { readonly time: number; readonly seen: MachineTimes }[] = []
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

  /** Reads the CPU times of process and thread, a few microseconds; to be called a few times a second. */
  sample(): void {
    const { user, system } = process.cpuUsage()
    const thread = process.threadCpuUsage()
    this.#samples.time.push(this.#now())
    this.#samples.process.push((user + system) / 1e6)
    this.#samples.thread.push((thread.user + thread.system) / 1e6)
    this.#samples.active.push(performance.eventLoopUtilization().active / 1000)
  }

  /** Reads the times of the whole machine; before and after the measured part, never within. */
  sampleMachine(): void {
    this.#machine.push({ time: this.#now(), seen: readMachine() })
  }

  finish(): readonly Series[] {
    this.sample()
    this.#collect(this.#observer.takeRecords())
    this.#observer.disconnect()
    const { time, process, thread, active } = this.#samples
    const { time: intended, value: lateness } = this.#lateness
    return [
      series('load.cpu', 's', time, process),
      series('load.thread_cpu', 's', time, thread),
      series('load.loop_active', 's', time, active),
      series('load.gc_pause', 's', this.#gc.time, this.#gc.value),
      series('load.replaced_stamps', '1', [this.#now()], [this.#replacedStamps]),
      ...(intended.length > 0
        ? [{ name: 'load.send_lateness', unit: 's', time: intended.toArray(), value: lateness.toArray() }]
        : []),
      ...(['total', 'busy', 'steal', 'throttled'] as const).flatMap((name) => this.#machineSeries(name)),
    ]
  }

  #machineSeries(name: keyof MachineTimes): Series[] {
    const known = this.#machine.flatMap(({ time, seen }) => (seen[name] === null ? [] : [{ time, value: seen[name] }]))
    const [time, value] = [known.map((each) => each.time), known.map((each) => each.value)]
    return known.length === 0 ? [] : [series(`machine.${name}`, 's', time, value)]
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
