import type { Series } from '../recording/recording.ts'
import { readMachine, type MachineTimes } from './machine.ts'
import { readRoom, type Room } from './room.ts'
import { series } from './series.ts'

interface MachineSample {
  readonly time: number
  readonly seen: MachineTimes
  readonly room: Room
}

/** What the load generator's process and its machine did, as series of the recording. */
export class ProcessReport {
  readonly #now: () => number
  readonly #cpu = { time: [] as number[], value: [] as number[] }
  readonly #machine: MachineSample[] = []

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

  /** Reads the times of the whole machine, and what may still be opened; before and after the measured part, never within. */
  sampleMachine(): void {
    this.sample()
    this.#machine.push({ time: this.#now(), seen: readMachine(), room: readRoom() })
  }

  finish(): readonly Series[] {
    this.sampleMachine()
    const { time, value } = this.#cpu
    return [
      series('load.cpu', 's', time, value),
      ...(['total', 'busy', 'steal', 'throttled'] as const).flatMap((name) =>
        this.#known(`machine.${name}`, 's', ({ seen }) => seen[name]),
      ),
      ...this.#known('load.files_open', '1', ({ room }) => room.filesOpen),
      ...this.#known('load.files_allowed', '1', ({ room }) => room.files),
      ...this.#known('load.ports', '1', ({ room }) => room.ports),
    ]
  }

  #known(name: string, unit: string, look: (sample: MachineSample) => number | null): Series[] {
    const known = this.#machine.flatMap((sample) => {
      const value = look(sample)
      return value === null ? [] : [{ time: sample.time, value }]
    })
    const [time, value] = [known.map((each) => each.time), known.map((each) => each.value)]
    return known.length === 0 ? [] : [series(name, unit, time, value)]
  }
}
