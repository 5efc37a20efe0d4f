import type { OriginalPoint } from '../../result/original-point.ts'
import type { AnyResult } from '../../result/read-result.ts'
import { classicRequestsOf, type ClassicRequest } from './classic-request.ts'

/**
 * A result file as the original's plots see it. The set-level formulas work on lists of these, one list a directory
 * compared: `commonGroups`, `effectiveThroughput`, `tokenLatencyPercentiles`, `replicaScaling`, `tpSizes`.
 */
export interface ClassicPoint {
  readonly group: ClassicGroup
  readonly clients: number
  readonly requests: readonly ClassicRequest[]
}

/** What the original groups its files by; `model` as in file names, with `_` for `/`. */
export interface ClassicGroup {
  readonly model: string
  readonly tensorParallel: number
  readonly maxRaggedBatchSize: number
  readonly replicas: number
  readonly promptTokens: number
  readonly outputTokens: number
}

/**
 * Null for a file that lacks one of the dimensions (its load has no number of clients, or the file does not say).
 * `count` counts the tokens of a text without special tokens; null: the counts stored in our own files stand in.
 */
export function classicPoint(result: AnyResult, count: ((text: string) => number) | null): ClassicPoint | null {
  const group = classicGroup(result.point)
  if (group === null || result.point.clients === null) return null
  const requests = classicRequestsOf(result.file.response_details, count)
  const stored = count === null && result.kind === 'servemark' ? storedCounts(result.file.servemark.requests) : null
  return {
    group,
    clients: result.point.clients,
    requests: requests.map((request, i) =>
      Object.assign(request, {
        promptTokens: request.promptTokens ?? stored?.[i]?.prompt ?? null,
        generatedTokens: request.generatedTokens ?? stored?.[i]?.output ?? null,
      }),
    ),
  }
}

/** The original's files of vLLM have no batch size in the first generation: 0 there, so that equal ones are one group. */
export function classicGroup(point: OriginalPoint): ClassicGroup | null {
  const { tensorParallel, promptTokens, outputTokens } = point
  if (tensorParallel === null || promptTokens === null || outputTokens === null) return null
  return {
    model: point.model.replaceAll('/', '_'),
    tensorParallel,
    maxRaggedBatchSize: point.maxRaggedBatchSize ?? 0,
    replicas: point.replicas ?? 1,
    promptTokens,
    outputTokens,
  }
}

/** Counts of the rows that `response_details` holds: ok, of the measured phase, in order. */
function storedCounts(columns: Readonly<Record<string, readonly unknown[]>>) {
  const number = (name: string, row: number) => {
    const value = columns[name]?.[row]
    return typeof value === 'number' ? value : null
  }
  return (columns['outcome'] ?? []).flatMap((outcome, row) =>
    outcome === 'ok' && columns['phase']?.[row] === 'measure'
      ? [
          {
            prompt: number('tokenizer_prompt_tokens', row) ?? number('server_prompt_tokens', row),
            output: number('tokenizer_output_tokens', row) ?? number('server_output_tokens', row),
          },
        ]
      : [],
  )
}
