import { join } from 'node:path'
import type { SerializedError, TestCase } from 'vitest/node'
import type { PointMeta } from '../fixtures/worker-context.ts'
import { readResult } from '../src/result/read-result.ts'
import type { ResultFile } from '../src/result/schema.ts'
import type { PointStatus, RunIndexPoint } from './run-index.ts'
import { benchName, suiteName } from './planned-points.ts'

/** A point as the reporter knows it when its test is over. */
export interface EndedPoint {
  readonly index: RunIndexPoint
  /** Null when nothing was measured, or the file is not here (results of another host). */
  readonly result: ResultFile | null
  readonly path: string | null
}

/** What a finished test says of its point. One whose server did not start was never run: broken, without a word. */
export async function endedPoint(test: TestCase, outDirectory: string): Promise<EndedPoint> {
  const meta = test.meta().servemark
  const { state } = test.result()
  const error = errorText(test)
  const ended = meta?.ended ?? { kind: 'broken' }
  const file = ended.kind === 'broken' ? null : ended.file
  const path = file === null ? null : join(outDirectory, file)
  const result = path === null ? null : await readResult(path).catch(() => null)
  return {
    index: {
      bench: meta?.bench ?? benchName(test.project.name),
      configuration: meta?.configuration ?? suiteName(test),
      point: meta?.point ?? test.name,
      status: statusOf(state, meta, result),
      kept: ended.kind === 'kept',
      file,
      verdict: result?.servemark.verdict.status ?? null,
      error,
    },
    result,
    path,
  }
}

function statusOf(state: string, meta: PointMeta | undefined, result: ResultFile | null): PointStatus {
  if (state === 'skipped') return meta ? 'cancelled' : 'broken'
  if (meta?.ended.kind === 'interrupted') return 'cancelled'
  if (!result) return state === 'passed' ? 'passed' : 'broken'
  const { thresholds, verdict } = result.servemark
  if (state === 'failed' && thresholds.some((each) => each.status === 'missed')) return 'missed'
  if (meta?.behind === true) return 'behind'
  const unanswered = verdict.reasons.some(({ rule }) => rule === 'failures' || rule === 'nothing_ok')
  if (state === 'failed' && (unanswered || verdict.status !== 'invalid')) return 'failed'
  return verdict.status === 'invalid' ? 'invalid' : 'passed'
}

function errorText(test: TestCase): string | null {
  const texts = (test.result().errors ?? []).map(messageOf)
  return texts.length === 0 ? null : texts.join('\n')
}

/** One line for what a user can mend; the stack too for what is a defect of ours. */
export function messageOf(error: SerializedError): string {
  const name = error['name']
  if (name === 'UserError' || name === 'Error' || !error.stack) return error.message
  return error.stack.includes(error.message) ? error.stack : `${error.message}\n${error.stack}`
}
