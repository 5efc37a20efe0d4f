import type { ExportedPoint } from './export-format.ts'
import type { ExportedRequest } from './exported-request.ts'
import { exportedRequests } from './exported-request.ts'
import type { PointFacts } from './point-facts.ts'
import { originalPoint } from '../../result/original-point.ts'
import type { ResultFile } from '../../result/schema.ts'

const ok: ExportedRequest = {
  index: 0,
  outcome: 'ok',
  client: 0,
  httpStatus: 200,
  finishReason: 'length',
  error: null,
  requestId: 'r-0',
  sentUnix: 1000,
  sentMonotonic: 50,
  queued: 0,
  ttft: 0.1,
  latency: 0.3,
  gaps: [0.05, 0.15],
  promptTokens: 10,
  outputTokens: 3,
  cachedTokens: null,
  prompt: 'a prompt',
  text: 'an, "answer"',
}

/** For tests: an answer of three tokens, and one that the server refused. */
export const someRequests: readonly ExportedRequest[] = [
  ok,
  {
    ...ok,
    index: 1,
    outcome: 'http_error',
    httpStatus: 503,
    finishReason: null,
    error: 'queue full',
    sentUnix: 1001,
    sentMonotonic: 51,
    ttft: null,
    latency: null,
    gaps: [],
    outputTokens: null,
    text: '',
  },
]

/** For tests. */
export const someFacts: PointFacts = {
  backend: 'vllm',
  model: 'some/model',
  tokenizer: 'some/model',
  clients: 1,
  rate: null,
  promptTokens: 10,
  outputTokens: 3,
  stream: true,
  time: '2026-01-02 03:04:05.000000',
  goodput: null,
  runId: 'run-1',
  command: null,
}

/** For tests: a file of ours on its way out. */
export function exportedPoint(file: ResultFile, path: string): ExportedPoint {
  const result = { kind: 'servemark', path, file, point: originalPoint(path, file.args) } as const
  return { directory: 'd', name: 'p', result, requests: exportedRequests(result, null), count: null }
}
