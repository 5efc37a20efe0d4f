import { relative } from 'node:path'
import { evaluateThresholds } from '../metrics/thresholds.ts'
import { findKept } from '../result/resume.ts'
import type { PointOutcome } from './point-end.ts'
import { shortfall } from './point-failure.ts'
import type { PointMeasurement } from './point-measurement.ts'

/** A point is kept only where an equal one was measured here, never by default for somebody else's server. */
export async function findEarlier(given: PointMeasurement, path: string, hash: string): Promise<PointOutcome | null> {
  const { ready, context } = given
  const mayKeep = !context.overwrite && (context.resume || (ready.session.kind === 'launched' && context.keepsPoints))
  if (!mayKeep) return null
  const kept = await findKept(path, hash, new Date())
  if (!kept.kept) {
    if (context.resume && kept.reason !== 'not measured yet')
      context.note(`${given.point.label}: measured again: ${kept.reason}`)
    return null
  }
  const file = relative(context.outDirectory, path)
  const thresholds = evaluateThresholds(given.point.thresholds, kept.file.servemark.metrics, {
    status: kept.file.servemark.verdict.status,
    allowInvalid: context.allowInvalid,
  })
  return {
    ended: { kind: 'kept', file, ageSeconds: kept.ageSeconds },
    failure: shortfall(given, { ...kept.file, servemark: { ...kept.file.servemark, thresholds } }, path),
  }
}
