import { globSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { TestRunEndReason } from 'vitest/node'
import type { WorkerContext } from '../fixtures/worker-context.ts'
import { UserError } from '../src/errors.ts'
import { writePlots } from '../src/plots/write-plots.ts'
import { writeReport } from '../src/report/html.ts'
import { bestLines } from '../src/report/best-text.ts'
import { closingSummary } from '../src/report/summary.ts'
import { nearPath } from '../src/report/table-row.ts'
import { collectEnvironment } from '../src/result/environment.ts'
import { overRunsTitle, repeatedPoints, runLines } from '../src/report/runs-text.ts'
import { againstBaseline, type Baseline } from './against-baseline.ts'
import type { EndedPoint } from './ended-point.ts'
import { writeRunIndex, type RunIndex } from './run-index.ts'

export interface FinishedRun {
  readonly context: WorkerContext
  readonly command: string
  readonly started: Date
  readonly reason: TestRunEndReason
  readonly points: readonly EndedPoint[]
  /** Lines already printed of what went wrong. */
  readonly failures: readonly string[]
  /** What `--baseline` names. */
  readonly baseline: Baseline | null
  /** Points that were to be compared with it. */
  readonly compared: number
  /** Bench files that were looked at. */
  readonly selected: number
}

/** Writes what a run leaves (index, plots, report) and says how it ended. Never throws: results are safe by now. */
export async function finishRun(run: FinishedRun): Promise<{ lines: readonly string[]; exitCode: 0 | 1 }> {
  const { context, points } = run
  const lines: string[] = []
  if (points.length === 0 && run.failures.length === 0 && run.reason !== 'interrupted') {
    return { lines: ['Nothing ran: no point matches the selection. See: npm run list'], exitCode: 1 }
  }
  const aside = interruptedFiles(context.runDirectory)
  if (aside.length > 0)
    lines.push(
      `What was measured of the interrupted point is kept in ${aside.map((path) => nearPath(path)).join(', ')}`,
    )
  const measured = points.filter((point) => point.result !== null && point.index.status !== 'cancelled')
  const results = measured.flatMap(({ result }) => (result ? [result] : []))
  const ended = new Date()
  /** What could not be made, though results are safe. */
  const unmade: string[] = []
  const attempt = async <T>(what: string, make: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await make()
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error)
      unmade.push(error instanceof UserError ? said : `${what}: ${said}`)
      return otherwise
    }
  }
  const environment = await attempt('environment', () => collectEnvironment(), {})
  const drawn = context.run.plots ? results : []
  const plots = drawn.length === 0 ? [] : await attempt('plots', () => writePlots(drawn, context.outDirectory), [])
  const against =
    run.baseline &&
    againstBaseline(
      run.baseline,
      results,
      run.compared,
      run.failures.flatMap((text) => text.split('\n')),
      context.run,
    )
  const compared = against && {
    before: run.baseline?.directory ?? '',
    after: 'this run',
    comparison: against.comparison,
  }
  const facts = { command: run.command, started: run.started, ended, runId: context.runId }
  const report =
    results.length === 0
      ? null
      : await attempt(
          'report',
          () =>
            writeReport(results, {
              ...facts,
              commands: [run.command],
              environment,
              compared,
              outDirectory: context.outDirectory,
            }),
          null,
        )
  const within = (path: string) => relative(context.outDirectory, path)
  const index: RunIndex = {
    schema_version: 1,
    id: context.runId,
    command: run.command,
    started: run.started.toISOString(),
    ended: ended.toISOString(),
    duration_s: (ended.getTime() - run.started.getTime()) / 1000,
    reason: run.reason,
    environment,
    points: points.map((point) => point.index),
    repeated: repeatedPoints(results).map(({ name, runs, figures }) => ({
      point: name,
      runs,
      figures: Object.fromEntries(
        figures.map(({ figure, found: { mean, spread, interval } }) => [
          figure.name,
          { unit: figure.unit, mean, spread, interval },
        ]),
      ),
    })),
    plots: plots.map(within),
    report: report === null ? null : within(report),
    comparison: against?.record ?? null,
  }
  const indexPath = join(context.outDirectory, 'runs', `${context.runId}.json`)
  await attempt('run index', async () => writeRunIndex(indexPath, index), undefined)
  lines.push(
    ...new Set(unmade),
    ...closingSummary({
      ...facts,
      results,
      files: measured.flatMap(({ path }) => (path ? [path] : [])),
      statuses: points.map((point) => point.index.status),
      plots,
      report,
      index: indexPath,
      interrupted: run.reason === 'interrupted',
    }),
  )
  const best = bestLines(results)
  if (best.length > 0) lines.push('', ...best)
  const runs = runLines(results)
  if (runs.length > 0) lines.push('', overRunsTitle, ...runs)
  lines.push(...(against?.lines ?? []))
  const failed =
    unmade.length > 0 ||
    against?.record.passed === false ||
    run.failures.length > 0 ||
    points.some(({ index: { status } }) => status !== 'passed' && !(status === 'invalid' && context.run.allowInvalid))
  return { lines, exitCode: failed ? 1 : 0 }
}

/** Result files of points that were cut short: kept, but no results. */
function interruptedFiles(runDirectory: string): string[] {
  return globSync(join(runDirectory, 'interrupted', '*', '*.json'))
}
