import type { Series } from '../recording/recording.ts'
import { readMachine, type MachineTimes } from './machine.ts'
import { series } from './series.ts'

/** What the load generator's process and its machine did, as series of the recording. */
export class ProcessReport {
  readonly #now: () => number
  readonly #cpu = { time: [] as number[], value: [] as number[] }
  readonly #machine: { readonly time: number; readonly seen: MachineTimes }[] = []

  constructor(now: () => number) {
    this.#now = now
    this.sample()
  }

  /** Reads the process's CPU time, a few microseconds. */
  sample(): void {
    const { user, system } = process.cpuUsage()
    this.#cpu.time.push(this.#now())
    this.#cpu.value.push((user + system) / 1e6)
  }

  /** Reads the times of the whole machine; before and after the measured part, never within. */
  sampleMachine(): void {
    this.sample()
    this.#machine.push({ time: this.#now(), seen: readMachine() })
  }

  finish(): readonly Series[] {
    this.sampleMachine()
    const { time, value } = this.#cpu
    return [
      series('load.cpu', 's', time, value),
      ...(['total', 'busy', 'steal', 'throttled'] as const).flatMap((name) => this.#machineSeries(name)),
    ]
  }

  #machineSeries(name: keyof MachineTimes): Series[] {
    const known = this.#machine.flatMap(({ time, seen }) => (seen[name] === null ? [] : [{ time, value: seen[name] }]))
    const [time, value] = [known.map((each) => each.time), known.map((each) => each.value)]
    return known.length === 0 ? [] : [series(`machine.${name}`, 's', time, value)]
  }
}
