import type { Outcome } from '../../recording/vocabulary.ts'
import type { AnyResult } from '../../result/read-result.ts'
import type { ResponseDetail } from '../../result/schema.ts'

/** One measured request of a file of any generation. Times in seconds; null: the file does not tell, or there was none. */
export interface ExportedRequest {
  readonly index: number
  readonly outcome: Outcome
  readonly client: number | null
  readonly httpStatus: number | null
  readonly finishReason: string | null
  readonly error: string | null
  readonly requestId: string | null
  /** Unix time of sending. */
  readonly sentUnix: number
  /** The same on the monotonic clock of the machine; of the wall clock in the original's files. */
  readonly sentMonotonic: number
  /** Sending later than intended. */
  readonly queued: number | null
  readonly ttft: number | null
  /** To the last token or the finish reason. */
  readonly latency: number | null
  /** Gaps between chunks with tokens; empty where the answer was not streamed or failed. */
  readonly gaps: readonly number[]
  readonly promptTokens: number | null
  readonly outputTokens: number | null
  readonly cachedTokens: number | null
  readonly prompt: string
  readonly text: string
}

type Count = ((text: string) => number) | null

export function exportedRequests(result: AnyResult, count: Count): ExportedRequest[] {
  return result.kind === 'servemark' ? ofColumns(result, count) : ofAnswers(result.file.response_details, count)
}

function ofAnswers(details: readonly ResponseDetail[], count: Count): ExportedRequest[] {
  return details
    .toSorted((a, b) => a.start_time - b.start_time)
    .map((detail, index) => {
      const [ttft, ...gaps] = detail.token_gen_time
      const text = textOf(detail)
      return {
        index,
        outcome: 'ok' as const,
        client: null,
        httpStatus: null,
        finishReason: null,
        error: null,
        requestId: null,
        sentUnix: detail.start_time,
        sentMonotonic: detail.start_time,
        queued: null,
        ttft: ttft ?? null,
        latency: detail.end_time - detail.start_time,
        gaps,
        promptTokens: count?.(detail.prompt) ?? null,
        outputTokens:
          typeof detail.generated_tokens === 'string' ? (count?.(text) ?? null) : detail.generated_tokens.length,
        cachedTokens: null,
        prompt: detail.prompt,
        text,
      }
    })
}

function ofColumns(result: Extract<AnyResult, { kind: 'servemark' }>, count: Count): ExportedRequest[] {
  const { servemark, response_details: details } = result.file
  const columns = servemark.requests
  const value = (name: string, row: number) => columns[name]?.[row] ?? null
  const number = (name: string, row: number) => {
    const found = value(name, row)
    return typeof found === 'number' ? found : null
  }
  const text = (name: string, row: number) => {
    const found = value(name, row)
    return typeof found === 'string' ? found : null
  }
  const rows: ExportedRequest[] = []
  let answer = 0
  for (const [row, outcome] of ((columns['outcome'] as readonly Outcome[] | undefined) ?? []).entries()) {
    const phase = value('phase', row)
    const detail = outcome === 'ok' && phase === 'measure' ? details[answer++] : undefined
    const sent = number('sent_s', row)
    if (phase !== 'measure' && phase !== 'drain') continue
    const [firstToken, intended] = [number('first_token_s', row), number('intended_s', row)]
    const over = ['last_token_s', 'finished_s'].flatMap((name) => number(name, row) ?? [])
    const end = over.length > 0 ? Math.max(...over) : number('end_mark_s', row)
    const start = sent ?? intended ?? 0
    rows.push({
      index: rows.length,
      outcome,
      client: number('client', row),
      httpStatus: number('http_status', row),
      finishReason: text('finish_reason', row),
      error: text('error', row),
      requestId: text('request_id_sent', row),
      sentUnix: servemark.anchor.wall_s + start,
      sentMonotonic: servemark.anchor.monotonic_ns / 1e9 + start,
      queued: sent === null || intended === null ? null : sent - intended,
      ttft: sent === null || firstToken === null ? null : firstToken - sent,
      latency: outcome !== 'ok' || sent === null || end === null ? null : end - sent,
      gaps: detail?.token_gen_time.slice(1) ?? [],
      promptTokens:
        number('server_prompt_tokens', row) ?? number('tokenizer_prompt_tokens', row) ?? counted(detail?.prompt, count),
      outputTokens:
        number('server_output_tokens', row) ??
        number('tokenizer_output_tokens', row) ??
        counted(detail && textOf(detail), count),
      cachedTokens: number('cached_tokens', row),
      prompt: detail?.prompt ?? '',
      text: detail === undefined ? '' : textOf(detail),
    })
  }
  return rows
}

const counted = (text: string | undefined, count: Count) => (text === undefined || count === null ? null : count(text))

const textOf = ({ generated_tokens: generated }: ResponseDetail) =>
  typeof generated === 'string' ? generated : generated.join('')
