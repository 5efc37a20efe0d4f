import type { Recording } from '../recording/recording.ts'
import { requestText } from '../result/response-details.ts'
import type { ResolvedTokenizer } from '../workload/tokenizers/index.ts'
import type { Workload } from '../workload/workload.ts'

/**
 * The recording with the tokenizer's own counts beside the server's. A tokenizer that only shapes prompts counts
 * nothing: its numbers would be another model's.
 */
export function withTokenizerCounts(recording: Recording, workload: Workload, tokenizer: ResolvedTokenizer): Recording {
  if (tokenizer.source === 'shape') return recording
  const { requests } = recording
  const prompts = new Map([...workload.warmup, ...workload.measure].map((item) => [item.item, item.promptTokens]))
  const rows = Array.from({ length: requests.length }, (_, row) => row)
  return {
    ...recording,
    requests: {
      ...requests,
      tokenizerPromptTokens: rows.map((row) => prompts.get(requests.item[row] ?? -1) ?? null),
      tokenizerOutputTokens: rows.map((row) =>
        requests.outcome[row] === 'ok' ? tokenizer.count(requestText(recording, row)) : null,
      ),
    },
  }
}
