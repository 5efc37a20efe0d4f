import type { Recording } from '../recording/recording.ts'
import { outcomes, type Outcome } from '../recording/vocabulary.ts'
import { overAt } from '../recording/request-times.ts'
import type { BalanceBlock, FailureBlock } from './schema.ts'
import { toSeconds } from './request-columns.ts'

const isMeasured = ({ requests }: Recording, row: number) =>
  requests.phase[row] === 'measure' || requests.phase[row] === 'drain'

/** How the measured requests ended; all outcomes are there. */
export function countOutcomes(recording: Recording): Record<Outcome, number> {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>
  for (const [row, outcome] of recording.requests.outcome.entries()) {
    if (isMeasured(recording, row)) counts[outcome]++
  }
  return counts
}

/** Failed measured requests, those alike in outcome and status together, most first. */
export function groupFailures(
  recording: Recording,
  meaningOf: (status: number) => string | null = () => null,
): FailureBlock[] {
  const { requests, moments } = recording
  const groups = new Map<string, { -readonly [Key in keyof FailureBlock]: FailureBlock[Key] }>()
  for (const [row, outcome] of requests.outcome.entries()) {
    if (outcome === 'ok' || !isMeasured(recording, row)) continue
    const status = requests.httpStatus[row] ?? null
    const at = overAt(requests, row) ?? requests.writeStart[row] ?? null
    const seconds = at === null ? null : toSeconds(at - (moments.measureStart ?? 0))
    const group = groups.get(`${outcome} ${status}`) ?? {
      outcome,
      http_status: status,
      meaning: outcome === 'http_error' && status !== null ? meaningOf(status) : null,
      count: 0,
      first_error: null,
      first_at_s: null,
    }
    groups.set(`${outcome} ${status}`, group)
    group.count++
    group.first_error ??= requests.error[row] ?? null
    if (seconds !== null && (group.first_at_s === null || seconds < group.first_at_s)) {
      group.first_at_s = seconds
      group.first_error = requests.error[row] ?? group.first_error
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}

/** How many measured requests went to each of several endpoints; null for one. */
export function countEndpoints(recording: Recording, rule: string, endpoints: number): BalanceBlock | null {
  if (endpoints < 2) return null
  const requests = Array.from({ length: endpoints }, () => 0)
  const ok = Array.from({ length: endpoints }, () => 0)
  for (const [row, endpoint] of recording.requests.endpoint.entries()) {
    if (endpoint === null || !isMeasured(recording, row)) continue
    requests[endpoint]!++
    if (recording.requests.outcome[row] === 'ok') ok[endpoint]!++
  }
  return { rule, requests, ok }
}
