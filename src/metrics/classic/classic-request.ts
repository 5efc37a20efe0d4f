import type { Recording } from '../../recording/recording.ts'
import { answeredAt, classicRows, tokenChunkRows, tokenGaps } from '../../recording/request-times.ts'
import type { ResponseDetail } from '../../result/schema.ts'

/** One item of `response_details` as the original's formulas see it. Times in seconds. */
export interface ClassicRequest {
  readonly start: number
  readonly end: number
  /** Time to the first chunk, then the gaps; empty without streaming. */
  readonly tokenGenTime: readonly number[]
  /** `generated_tokens` is a list: the original then counts its entries and forgets the prompt. */
  readonly listed: boolean
  /** By the model's tokenizer; null not counted. */
  readonly promptTokens: number | null
  readonly generatedTokens: number | null
}

export function classicRequests(recording: Recording, listed: boolean, streamed: boolean): ClassicRequest[] {
  const { requests } = recording
  return classicRows(recording).map((row) => {
    const start = requests.writeStart[row] ?? 0
    return {
      start: start / 1e9,
      end: (answeredAt(requests, row) ?? start) / 1e9,
      tokenGenTime: streamed ? tokenGaps(recording, row) : [],
      listed,
      promptTokens: requests.tokenizerPromptTokens[row] ?? requests.serverPromptTokens[row] ?? null,
      generatedTokens: listed
        ? tokenChunkRows(recording, row).length
        : (requests.tokenizerOutputTokens[row] ?? requests.serverOutputTokens[row] ?? null),
    }
  })
}

/** The same from a result file; `count` counts the tokens of a text without special tokens. */
export function classicRequestsOf(
  details: readonly ResponseDetail[],
  count: ((text: string) => number) | null,
): ClassicRequest[] {
  return details.map((detail) => {
    const generated = detail.generated_tokens
    return {
      start: detail.start_time,
      end: detail.end_time,
      tokenGenTime: detail.token_gen_time,
      listed: typeof generated !== 'string',
      promptTokens: count === null ? null : count(detail.prompt),
      generatedTokens: typeof generated !== 'string' ? generated.length : count === null ? null : count(generated),
    }
  })
}
