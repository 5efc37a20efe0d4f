import { formatFailure, formatInvalid } from '../report/table-row.ts'
import type { ResultFile } from '../result/schema.ts'
import type { PointMeasurement } from './point-measurement.ts'

/** Why the point fails its test; null when it passed. */
export function failureOf(given: PointMeasurement, file: ResultFile, path: string): string | null {
  const { died } = given
  if (died.aborted) return died.reason instanceof Error ? died.reason.message : String(died.reason)
  return shortfall(given, file, path)
}

/** Too many failed requests, an invalid verdict, and thresholds missed, a line each; null when the point passed. */
export function shortfall({ point, context }: PointMeasurement, file: ResultFile, path: string): string | null {
  const { outcomes, thresholds, verdict } = file.servemark
  const total = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  const failed = total - outcomes.ok
  const lines = thresholds.filter((each) => each.status === 'missed').map((each) => each.text)
  if (outcomes.ok === 0 || failed / total > point.maxErrorRate) lines.unshift(formatFailure(file, path))
  else if (verdict.status === 'invalid' && !context.allowInvalid) lines.unshift(formatInvalid(file))
  return lines.length > 0 ? lines.join('\n') : null
}
