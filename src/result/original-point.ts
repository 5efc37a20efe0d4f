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

/** Whether a file is of the original's first generation, by the keys of its `args` or the form of its name. */
export function isFirstGeneration(path: string, args: Readonly<Record<string, unknown>>): boolean {
  if ('client_num' in args || 'num_queries' in args) return true
  return !('num_clients' in args) && firstName.test(basename(path))
}

/** `<deployment>_c<clients>_p<prompt>_g<new tokens>.json` */
const firstName = /^(.+)_c(\d+)_p(\d+)_g(\d+)\.json$/
/** `<model>-tp1-bs768-replicas1-prompt2600-gen60-clients4.json` */
const secondName = /^(.+)-tp(\d+)-bs(\d+)-replicas(\d+)-prompt(\d+)-gen(\d+)(?:-clients(\d+))?/

/**
 * From a file's `args` of either generation, and its name where they lack a key; the first one keeps model, tp, bs and replicas
 * in the deployment's name.
 */
export function originalPoint(path: string, args: Readonly<Record<string, unknown>>): OriginalPoint {
  return isFirstGeneration(path, args) ? firstGeneration(path, args) : secondGeneration(path, args)
}

function secondGeneration(path: string, args: Readonly<Record<string, unknown>>): OriginalPoint {
  const name = secondName.exec(basename(path))
  const number = (key: string, part: number) => numberIn(args, key) ?? partOf(name, part)
  const model = args['model']
  return {
    model: typeof model === 'string' ? model : (name?.[1] ?? basename(path).replace(/-tp\d+-.*/, '')),
    tensorParallel: number('tp_size', 2),
    maxRaggedBatchSize: number('max_ragged_batch_size', 3),
    replicas: number('num_replicas', 4),
    promptTokens: number('mean_prompt_length', 5),
    outputTokens: number('mean_max_new_tokens', 6),
    clients: number('num_clients', 7),
  }
}

function firstGeneration(path: string, args: Readonly<Record<string, unknown>>): OriginalPoint {
  const name = firstName.exec(basename(path))
  const deployment =
    typeof args['deployment_name'] === 'string'
      ? args['deployment_name']
      : (name?.[1] ?? basename(dirname(path)).replace(/^logs\./, ''))
  const part = (pattern: RegExp) => partOf(pattern.exec(deployment), 1)
  return {
    model: deployment.replace(/^vllm-/, '').replace(/-tp\d+.*$/, ''),
    tensorParallel: part(/-tp(\d+)/),
    maxRaggedBatchSize: part(/-b(\d+)/),
    replicas: part(/_repl(\d+)/) ?? 1,
    promptTokens: numberIn(args, 'prompt_length') ?? partOf(name, 3),
    outputTokens: numberIn(args, 'max_new_tokens') ?? partOf(name, 4),
    clients: numberIn(args, 'client_num') ?? partOf(name, 2),
  }
}

function numberIn(args: Readonly<Record<string, unknown>>, key: string): number | null {
  const value = args[key]
  return typeof value === 'number' ? value : null
}

function partOf(match: RegExpExecArray | null, part: number): number | null {
  const text = match?.[part]
  return text === undefined ? null : Number(text)
}
