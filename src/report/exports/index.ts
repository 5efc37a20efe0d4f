import { aiperf } from './aiperf.ts'
import { arrow } from './arrow.ts'
import { csv } from './csv.ts'
import type { ExportFormat } from './export-format.ts'
import { guidellm } from './guidellm.ts'
import { json } from './json.ts'
import { jsonl } from './jsonl.ts'
import { markdown } from './markdown.ts'
import { sglang } from './sglang.ts'
import { vllmBench } from './vllm-bench.ts'

/** Every format of the suite, by id. */
export const exportFormats = {
  csv,
  jsonl,
  markdown,
  arrow,
  'vllm-bench': vllmBench,
  sglang,
  guidellm,
  aiperf,
  json,
} as const satisfies Record<string, ExportFormat>

export type ExportFormatId = keyof typeof exportFormats
