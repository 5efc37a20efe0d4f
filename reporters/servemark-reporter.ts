import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason, TestSuite } from 'vitest/node'
import type { UserConsoleLog } from 'vitest'
import type { WorkerContext } from '../fixtures/worker-context.ts'
import type { LoadedBench } from '../src/plan/load-bench.ts'
import { formatChunkNote, formatHeader, formatRow } from '../src/report/table-row.ts'
import { classicSummary } from '../src/metrics/classic-summary.ts'
import { printable } from '../src/printable.ts'
import { readProgress } from '../src/run/progress.ts'
import type { Baseline } from './against-baseline.ts'
import { endedPoint, messageOf, type EndedPoint } from './ended-point.ts'
import { liveLine, longProbe } from './live-line.ts'
import { benchName, describeWork, isSkipped, plannedPoints } from './planned-points.ts'
import { StatusLine } from './status-line.ts'
import { TimeLeft } from './time-left.ts'

export interface ReporterOptions {
  readonly context: WorkerContext
  /** All projects there are. */
  readonly names: readonly string[]
  /** Only the example was chosen, because nothing was named. */
  readonly isDefault: boolean
  readonly notes: readonly string[]
  /** The command as the user would type it again. */
  readonly command: string
  /** Filled as bench files are checked. */
  readonly loaded: ReadonlyMap<string, LoadedBench>
  readonly baseline: Baseline | null
  /** When all that will run is known; tells how many points are compared with the baseline. */
  readonly onStart: () => number
  readonly onEnd: () => void
}

/** Draws a run: the plan, the live line, a row a point, and at the end the files and what they say. */
export class ServemarkReporter implements Reporter {
  private readonly options: ReporterOptions
  private readonly started = new Date()
  /** By test id: Vitest tells the end of an interrupted test twice. */
  private readonly points = new Map<string, Promise<EndedPoint>>()
  private readonly failures: string[] = []
  private readonly screen: { line: StatusLine; timer: NodeJS.Timeout } | null
  /** Without a live line: says once of each probe that it takes long. */
  private readonly waiting: NodeJS.Timeout | null
  private notedProbe = 0
  private compared = 0
  private timeLeft = new TimeLeft([])
  private inModule = { planned: 0, ended: 0, header: false }
  private printing: Promise<void> = Promise.resolve()
  private readonly colors = process.stdout.isTTY && !process.env['NO_COLOR']

  constructor(options: ReporterOptions) {
    this.options = options
    const live = process.stdout.isTTY && !process.env['CI']
    this.screen = live ? { line: new StatusLine(), timer: setInterval(() => this.draw(), 250) } : null
    this.screen?.timer.unref()
    this.waiting = live ? null : setInterval(() => this.noteProbe(), 1000).unref()
  }

  onTestRunStart(): void {
    this.compared = this.options.onStart()
    for (const note of this.options.notes) this.print(note)
    if (this.options.isDefault) {
      const others = this.options.names.filter((name) => name !== 'example')
      this.print(`Running the example. Others: --project ${others.join(' | ')}`)
    }
  }

  onTestModuleQueued(): void {
    // Plots and report are loaded while the worker starts; a failure shows where they are used.
    import('./finish-run.ts').catch(() => {})
  }

  onTestModuleCollected(module: TestModule): void {
    const name = benchName(module.project.name)
    for (const error of module.errors()) this.fail(messageOf(error))
    const planned = plannedPoints(module, this.options.loaded.get(name))
    if (planned.length === 0) return
    this.timeLeft = new TimeLeft(planned)
    this.inModule = { planned: planned.length, ended: 0, header: false }
    this.print(`${name}: ${describeWork(planned, this.timeLeft.total())}`)
  }

  onUserConsoleLog(log: UserConsoleLog): void {
    for (const line of log.content.trimEnd().split('\n')) this.print(`  ${line}`)
  }

  onTestSuiteResult(suite: TestSuite): void {
    for (const error of suite.errors()) this.fail(messageOf(error))
  }

  onTestCaseResult(test: TestCase): Promise<void> {
    if (isSkipped(test) || this.points.has(test.id)) return this.printing
    const ended = endedPoint(test, this.options.context.outDirectory)
    this.points.set(test.id, ended)
    const seconds = (test.diagnostic()?.duration ?? 0) / 1000
    this.printing = this.printing.then(async () => this.printPoint(await ended, seconds))
    return this.printing
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly SerializedError[],
    reason: TestRunEndReason,
  ): Promise<void> {
    await this.printing
    for (const message of new Set(unhandled.map(messageOf))) this.fail(message)
    if (this.waiting) clearInterval(this.waiting)
    if (this.screen) {
      clearInterval(this.screen.timer)
      this.screen.line.close()
    }
    const points = (await Promise.all(this.points.values())).map((point) =>
      reason === 'interrupted' ? cancelled(point) : point,
    )
    const { context, command } = this.options
    const { finishRun } = await import('./finish-run.ts')
    const closing = await finishRun({
      context,
      command,
      started: this.started,
      reason,
      points,
      failures: this.failures,
      baseline: this.options.baseline,
      compared: this.compared,
      selected: modules.length,
    })
    for (const line of closing.lines) this.print(line)
    if (closing.exitCode !== 0 && !process.exitCode) process.exitCode = closing.exitCode
    this.options.onEnd()
  }

  private printPoint({ index, result }: EndedPoint, seconds: number): void {
    this.inModule.ended += 1
    this.timeLeft.ended(`${index.bench} ${index.configuration} ${index.point}`, seconds)
    if (!result) {
      if (index.error) this.fail(`${index.point}: ${index.error}`)
      return
    }
    if (!this.inModule.header) this.print(formatHeader())
    this.inModule.header = true
    const kept = keptSeconds(index.kept, result.time, this.started)
    this.write(formatRow(result, kept, { color: this.colors }))
    const note = formatChunkNote(result)
    if (note !== null) this.print(`  ${note}`)
    if (this.options.context.run.classicSummary) this.print(classicSummary(result))
    if (index.error) this.fail(index.error)
  }

  private noteProbe(): void {
    const progress = readProgress(this.options.context.progressFile)
    const note = longProbe(progress, Date.now())
    if (note === null || progress.stage === 'idle' || progress.sinceMs === this.notedProbe) return
    this.notedProbe = progress.sinceMs
    this.print(note)
  }

  private draw(): void {
    const progress = readProgress(this.options.context.progressFile)
    const { planned, ended } = this.inModule
    const current =
      progress.stage === 'measuring' && progress.load.phase !== 'warmup' && progress.load.planned > 0
        ? {
            key: `${progress.bench} ${progress.configuration} ${progress.point}`,
            share: progress.load.done / progress.load.planned,
            seconds: (Date.now() - progress.sinceMs) / 1000,
          }
        : null
    const position = planned === 0 ? '' : `[${Math.min(ended + 1, planned)}/${planned}]`
    this.screen?.line.set(printable(liveLine(progress, Date.now(), this.timeLeft.left(current), position)))
  }

  /** Says it once: a server that does not start fails each of its points alike. */
  private fail(text: string): void {
    if (this.failures.includes(text)) return
    this.failures.push(text)
    this.print(text)
  }

  private print(line: string): void {
    this.write(printable(line))
  }

  /** With colours of ours. */
  private write(line: string): void {
    process.stdout.write(`${line}\n`)
  }
}

/** A point that never ran because the user stopped the run is not broken. */
function cancelled(point: EndedPoint): EndedPoint {
  if (point.index.status !== 'broken' || point.index.error !== null) return point
  return { ...point, index: { ...point.index, status: 'cancelled' } }
}

function keptSeconds(kept: boolean, time: string, now: Date): number | null {
  return kept ? Math.max(0, (now.getTime() - new Date(time.replace(' ', 'T')).getTime()) / 1000) : null
}
