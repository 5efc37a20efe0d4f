import { startLoadProcess, type LoadProcess, type LoadProcessOptions } from '../load/process/load-process.ts'
import { guardGroup, type Guard } from '../servers/sentinel.ts'
import type { CanaryServer } from './canary-server.ts'

/**
 * The processes that measure, beside the server: each is started when it is first asked for, serves all points, and dies
 * with this one.
 */
export class MeasuringProcesses {
  readonly #options: LoadProcessOptions
  #load: { process: LoadProcess; guard: Guard } | null = null
  #canary: Promise<CanaryServer> | null = null

  constructor(options: LoadProcessOptions) {
    this.#options = options
  }

  /** Starts them before they are needed: the load process rehearses meanwhile. */
  start(): void {
    this.load()
    this.canary().catch(() => {
      // Told to whoever asks for it.
    })
  }

  load(): LoadProcess {
    if (!this.#load) {
      const process = startLoadProcess(this.#options)
      this.#load = { process, guard: guardGroup(process.pid) }
    }
    return this.#load.process
  }

  /** Rejects when it cannot be started. */
  canary(): Promise<CanaryServer> {
    this.#canary ??= import('./canary-server.ts').then(({ startCanaryServer }) => startCanaryServer())
    return this.#canary
  }

  /** The next `load` starts another. */
  async stopLoad(): Promise<void> {
    const load = this.#load
    this.#load = null
    if (!load) return
    await load.process.stop()
    load.guard.release()
  }

  async stop(): Promise<void> {
    await this.stopLoad()
    const canary = this.#canary
    this.#canary = null
    await (await canary?.catch(() => null))?.stop()
  }
}
