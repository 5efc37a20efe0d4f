import { loadKind } from '../plan/load-shapes/index.ts'
import type { Point, ServerConfiguration } from '../plan/types.ts'

/**
 * The original's options by its names, as its result files hold them, and ours beside them in snake case. Keys of
 * endpoints are null; `options` must be redacted.
 */
export function originalArgs(given: {
  readonly configuration: ServerConfiguration
  readonly point: Point
  readonly model: string
  /** Path of the result file: the original writes it into `out_json_dir`. */
  readonly path: string
  readonly options: Readonly<Record<string, unknown>>
}): Record<string, unknown> {
  const { configuration, point, model, path, options } = given
  const { parameters, endpoint } = configuration
  const isAzure = configuration.backend === 'aml'
  const url = endpoint?.baseUrl ?? null
  const ours = Object.fromEntries(Object.entries(options).map(([key, value]) => [snakeCase(key), value]))
  return {
    ...ours,
    tp_size: parameters.tensorParallel,
    max_ragged_batch_size: parameters.maxRaggedBatchSize,
    num_replicas: parameters.replicas,
    cmd: null,
    client_only: endpoint !== null,
    max_prompt_length: point.maxPromptTokens,
    mean_prompt_length: point.promptTokens,
    mean_max_new_tokens: point.outputTokens,
    num_clients: loadKind(point.load).clients(point.load),
    num_requests: point.requests,
    prompt_length_var: point.promptTokensVar,
    max_new_tokens_var: point.outputTokensVar,
    warmup: point.warmup.rounds,
    use_thread: false,
    stream: point.stream,
    out_json_dir: path,
    openai_api_url: isAzure ? null : url,
    openai_api_key: null,
    aml_api_url: isAzure ? url : null,
    aml_api_key: null,
    model,
    deployment_name: parameters.own['deploymentName'] ?? options['deploymentName'] ?? 'benchmark-deployment',
    backend: configuration.backend,
    overwrite_results: options['overwrite'] === true,
    fp6: parameters.own['quantizationMode'] === 'wf6af16',
  }
}

export const snakeCase = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
