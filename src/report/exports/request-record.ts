import type { ExportedPoint } from './export-format.ts'
import type { ExportedRequest } from './exported-request.ts'
import { factsOf } from './point-facts.ts'

const known = new WeakMap<ExportedPoint, Record<string, string | number | boolean | null>>()

function pointColumns(point: ExportedPoint): Record<string, string | number | boolean | null> {
  const found = known.get(point)
  if (found) return found
  const { backend, model, clients, promptTokens, outputTokens, stream } = factsOf(point)
  const { tensorParallel, maxRaggedBatchSize, replicas } = point.result.point
  const verdict = point.result.kind === 'servemark' ? point.result.file.servemark.verdict.status : null
  const columns = {
    directory: point.directory,
    file: `${point.name}.json`,
    verdict,
    backend,
    model,
    tensor_parallel: tensorParallel,
    max_ragged_batch_size: maxRaggedBatchSize,
    replicas,
    asked_prompt_tokens: promptTokens,
    asked_output_tokens: outputTokens,
    clients,
    stream,
  }
  known.set(point, columns)
  return columns
}

/** A request with its point's dimensions, flat; times in seconds. Texts are left out. */
export function requestRecord(point: ExportedPoint, request: ExportedRequest) {
  const { ttft, latency, gaps, outputTokens } = request
  const decode = ttft === null || latency === null ? null : latency - ttft
  return {
    ...pointColumns(point),
    request: request.index,
    client: request.client,
    outcome: request.outcome,
    http_status: request.httpStatus,
    finish_reason: request.finishReason,
    error: request.error,
    request_id: request.requestId,
    sent_unix_s: request.sentUnix,
    queued_s: request.queued,
    ttft_s: ttft,
    e2e_latency_s: latency,
    decode_s_per_token:
      decode === null || outputTokens === null || outputTokens < 2 ? null : decode / (outputTokens - 1),
    longest_gap_s: gaps.length === 0 ? null : gaps.reduce((longest, gap) => Math.max(longest, gap)),
    prompt_tokens: request.promptTokens,
    output_tokens: outputTokens,
    cached_tokens: request.cachedTokens,
    gaps_s: gaps,
  }
}
