import type { ExportedPoint } from './export-format.ts'

/** What foreign formats ask of a point beside its requests. */
export interface PointFacts {
  readonly backend: string
  readonly model: string
  readonly tokenizer: string
  readonly clients: number | null
  /** Requests/s asked for; null: as fast as the clients allow. */
  readonly rate: number | null
  readonly promptTokens: number | null
  readonly outputTokens: number | null
  readonly stream: boolean
  /** Local time of the file, `YYYY-MM-DD HH:MM:SS.ffffff`. */
  readonly time: string
  /** Requests/s that met the objectives. */
  readonly goodput: number | null
  readonly runId: string
  readonly command: string | null
}

export function factsOf({ result, name }: ExportedPoint): PointFacts {
  const { args, time } = result.file
  const { model, clients, promptTokens, outputTokens } = result.point
  const common = { model, clients, promptTokens, outputTokens, time }
  if (result.kind === 'original') {
    const backend = typeof args['backend'] === 'string' ? args['backend'] : args['vllm'] === true ? 'vllm' : 'fastgen'
    const more = {
      tokenizer: model,
      rate: null,
      stream: args['stream'] === true,
      goodput: null,
      runId: name,
      command: null,
    }
    return { ...common, ...more, backend }
  }
  const { point, server, metrics, run_id: runId } = result.file.servemark
  const goodput = metrics['goodput']
  const rate = point.load['rate_per_s'] ?? point.load['rate']
  return {
    ...common,
    model: point.model,
    clients: point.clients,
    promptTokens: point.prompt_tokens,
    outputTokens: point.output_tokens,
    backend: server.backend,
    tokenizer: point.tokenizer ?? point.model,
    rate: typeof rate === 'number' ? rate : null,
    stream: point.stream,
    goodput: goodput && 'value' in goodput ? goodput.value : null,
    runId,
    command: server.argv?.join(' ') ?? null,
  }
}
