import { basename, dirname } from 'node:path'

/** The dimensions by which the original groups its files. Null: the file does not tell. */
export interface OriginalPoint {
  readonly model: string
  readonly tensorParallel: number | null
  readonly maxRaggedBatchSize: number | null
  readonly replicas: number | null
  readonly promptTokens: number | null
  readonly outputTokens: number | null
  readonly clients: number | null
}

/** From a file's `args` of either generation; the first one keeps model, tp, bs and replicas in the deployment's name. */
export function originalPoint(path: string, args: Readonly<Record<string, unknown>>): OriginalPoint {
  const number = (key: string) => (typeof args[key] === 'number' ? args[key] : null)
  if (!('client_num' in args)) {
    return {
      model: typeof args['model'] === 'string' ? args['model'] : basename(path).replace(/-tp\d+-.*/, ''),
      tensorParallel: number('tp_size'),
      maxRaggedBatchSize: number('max_ragged_batch_size'),
      replicas: number('num_replicas'),
      promptTokens: number('mean_prompt_length'),
      outputTokens: number('mean_max_new_tokens'),
      clients: number('num_clients'),
    }
  }
  const deployment =
    typeof args['deployment_name'] === 'string'
      ? args['deployment_name']
      : basename(dirname(path)).replace(/^logs\./, '')
  const part = (pattern: RegExp) => {
    const match = pattern.exec(deployment)
    return match ? Number(match[1]) : null
  }
  return {
    model: deployment.replace(/^vllm-/, '').replace(/-tp\d+.*$/, ''),
    tensorParallel: part(/-tp(\d+)/),
    maxRaggedBatchSize: part(/-b(\d+)/),
    replicas: part(/_repl(\d+)/) ?? 1,
    promptTokens: number('prompt_length'),
    outputTokens: number('max_new_tokens'),
    clients: number('client_num'),
  }
}
