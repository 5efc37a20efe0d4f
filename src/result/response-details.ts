import type { Recording } from '../recording/recording.ts'
import { answeredAt, classicRows, tokenChunkRows, tokenGaps } from '../recording/request-times.ts'
import type { ResponseDetail } from './schema.ts'

/** Backends whose streams the original stores as a list of chunk texts; all else is one string. */
const listedBackends = new Set(['fastgen', 'vllm', 'vllm-legacy'])

export const listsTokens = (backend: string, stream: boolean) => stream && listedBackends.has(backend)

/**
 * The original's part of a result: ok requests of the measured phase, in order of sending. Without texts, lists keep
 * their lengths and all strings are empty.
 */
export function responseDetails(
  recording: Recording,
  options: {
    readonly listed: boolean
    readonly stream: boolean
    readonly saveText: boolean
    /** The prompt of an item. */
    readonly promptOf: (item: number) => string
  },
): ResponseDetail[] {
  const { requests, anchor } = recording
  const texts = options.saveText ? recording : { ...recording, text: new Uint8Array() }
  return classicRows(recording).map((row) => {
    const start = requests.writeStart[row] ?? 0
    const item = requests.item[row]
    return {
      generated_tokens: options.listed
        ? tokenChunkRows(recording, row).map((chunk) => chunkText(texts, row, chunk))
        : requestText(texts, row),
      prompt: options.saveText && item != null ? options.promptOf(item) : '',
      start_time: anchor.wallSeconds + start / 1e9,
      end_time: anchor.wallSeconds + (answeredAt(requests, row) ?? start) / 1e9,
      model_time: 0,
      token_gen_time: options.stream ? tokenGaps(recording, row) : [],
    }
  })
}

export function requestText({ requests, text }: Recording, row: number): string {
  return utf8(text, requests.textStart[row] ?? 0, requests.textEnd[row] ?? 0)
}

function chunkText({ requests, chunks, text }: Recording, row: number, chunk: number): string {
  const isFirst = chunk === requests.chunkStart[row]
  const start = isFirst ? (requests.textStart[row] ?? 0) : (chunks.textEnd[chunk - 1] ?? 0)
  return utf8(text, start, chunks.textEnd[chunk] ?? 0)
}

const utf8 = (text: Uint8Array, start: number, end: number) =>
  Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('utf8', start, Math.max(start, end))
