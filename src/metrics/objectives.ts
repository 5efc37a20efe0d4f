import { answeredAt, tokenGaps } from '../recording/request-times.ts'
import { meetsDeadline, type DeadlineMethod, type DeadlineRates } from './classic/deadlines.ts'
import { gapsOf } from './gaps.ts'
import type { Measured } from './measured.ts'
import { paceOf } from './pace.ts'

/** Limits that one request must meet, for goodput. Seconds; the original's deadlines as rates in tokens/s. */
export interface Objectives {
  readonly ttft?: number | undefined
  readonly tpot?: number | undefined
  /** The largest gap per token of the chunk that ends it. */
  readonly itl?: number | undefined
  readonly e2e?: number | undefined
  readonly cum?: DeadlineRates | undefined
  readonly ema16?: DeadlineRates | undefined
}
export type ObjectiveName = keyof Objectives

export interface ObjectiveJudgement {
  /** By row of the recording: ok requests that met every objective. */
  readonly good: ReadonlySet<number>
  /** How many ok requests missed each objective. */
  readonly missed: Readonly<Partial<Record<ObjectiveName, number>>>
  /** How many ok requests an objective does not touch: TPOT and ITL of an answer of one token. */
  readonly untouched: Readonly<Partial<Record<ObjectiveName, number>>>
}

/** Null means that the objective says nothing of the request; a missing value that it should have is a miss. */
type Test = (measured: Measured, row: number) => boolean | null

const makeTest: { readonly [Name in ObjectiveName]: (limit: NonNullable<Objectives[Name]>) => Test } = {
  ttft:
    (limit) =>
    ({ recording: { requests } }, row) =>
      within(limit, requests.writeStart[row], requests.firstToken[row]),
  e2e:
    (limit) =>
    ({ recording: { requests } }, row) =>
      within(limit, requests.writeStart[row], answeredAt(requests, row)),
  tpot: (limit) => (measured, row) => {
    const pace = paceOf(measured, row)
    return pace === null ? null : pace.ns / pace.tokens / 1e9 <= limit
  },
  itl: (limit) => (measured, row) => {
    const largest = largestGaps(measured).get(row)
    return largest === undefined ? null : largest <= limit
  },
  cum: (rates) => deadline('cum', rates),
  ema16: (rates) => deadline('ema16', rates),
}

/** Which of the point's requests met its objectives. */
export function judgeObjectives(measured: Measured): ObjectiveJudgement {
  const known = judged.get(measured)
  if (known) return known
  const tests = Object.entries(measured.facts.objectives).flatMap(([name, limit]) =>
    limit === undefined
      ? []
      : [[name as ObjectiveName, (makeTest[name as ObjectiveName] as (limit: unknown) => Test)(limit)] as const],
  )
  const good = new Set(measured.ok)
  const missed: Partial<Record<ObjectiveName, number>> = {}
  const untouched: Partial<Record<ObjectiveName, number>> = {}
  for (const [name, test] of tests) {
    for (const row of measured.ok) {
      const met = test(measured, row)
      if (met === null) untouched[name] = (untouched[name] ?? 0) + 1
      if (met !== false) continue
      missed[name] = (missed[name] ?? 0) + 1
      good.delete(row)
    }
  }
  const judgement = { good, missed, untouched }
  judged.set(measured, judgement)
  return judgement
}
const judged = new WeakMap<Measured, ObjectiveJudgement>()

/** `ttft <= 0.5 s, cum at 512 and 4 tokens/s` */
export function describeObjectives(objectives: Objectives): string {
  return Object.entries(objectives)
    .flatMap(([name, limit]: [string, number | DeadlineRates | undefined]) =>
      limit === undefined
        ? []
        : [
            typeof limit === 'number'
              ? `${name} <= ${limit} s`
              : `${name} at ${limit.prompt} prompt and ${limit.generation} output tokens/s`,
          ],
    )
    .join(', ')
}

/** Why the objectives cannot be judged at this point; null: they can. */
export function objectivesUnjudged({ facts, tokens }: Measured): string | null {
  const { ttft, tpot, itl, cum, ema16, e2e } = facts.objectives
  const deadlines = cum ?? ema16
  if ((deadlines ?? ttft ?? tpot ?? itl ?? e2e) === undefined) return 'no objectives are set'
  if (!facts.stream && (deadlines ?? ttft ?? tpot ?? itl) !== undefined) return 'the answers were not streamed'
  if (tpot !== undefined && tokens.output.ledger === 'none') return tokens.output.note
  return deadlines !== undefined && tokens.prompt.ledger === 'none' ? tokens.prompt.note : null
}

function deadline(method: DeadlineMethod, rates: DeadlineRates): Test {
  return ({ recording, tokens }, row) =>
    meetsDeadline(method, rates, tokens.prompt.counts[row] ?? 0, tokenGaps(recording, row))
}

function within(limit: number, from: number | null | undefined, to: number | null | undefined): boolean {
  return from != null && to != null && (to - from) / 1e9 <= limit
}

/** Seconds, by row; requests of one chunk are not in it. */
function largestGaps(measured: Measured): ReadonlyMap<number, number> {
  const known = largest.get(measured)
  if (known) return known
  const found = new Map<number, number>()
  for (const { request, seconds, tokens } of gapsOf(measured)) {
    found.set(request, Math.max(found.get(request) ?? 0, seconds / Math.max(1, tokens ?? 1)))
  }
  largest.set(measured, found)
  return found
}
const largest = new WeakMap<Measured, ReadonlyMap<number, number>>()
