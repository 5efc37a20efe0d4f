import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { loadKind } from '../plan/load-shapes/index.ts'
import type { Point, ServerConfiguration } from '../plan/types.ts'
import type { Recording } from '../recording/recording.ts'
import { gpusOf } from './gpus.ts'
import type { ResultPaths } from './names.ts'
import { originalArgs, snakeCase } from './original-args.ts'
import { countEndpoints, countOutcomes, groupFailures } from './outcomes.ts'
import { readableJson } from './readable-json.ts'
import { toJsonColumns, toSeconds } from './request-columns.ts'
import { listsTokens, responseDetails } from './response-details.ts'
import type { FileReference, FloorBlock, PointBlock, ResultFile, ServemarkBlock, TokenLedger } from './schema.ts'
import { giveWay, writeSealed } from './sealed-file.ts'

/** A measured point with all that its result file says. Everything in it is redacted already. */
export interface PointResult {
  readonly paths: ResultPaths
  readonly runId: string
  readonly configuration: ServerConfiguration
  readonly point: Point
  /** The model's name as requests gave it. */
  readonly model: string
  /** The bench's options in camel case; stand in `args` beside the original's. */
  readonly options: Readonly<Record<string, unknown>>
  /** The salt that was used, drawn or given. */
  readonly salt: string
  readonly tokenLedger: TokenLedger
  readonly recording: Recording
  /** The prompt text of an item. */
  readonly promptOf: (item: number) => string
  readonly pointHash: string
  readonly environment: ServemarkBlock['environment']
  readonly server: ServemarkBlock['server']
  readonly metrics: ServemarkBlock['metrics']
  readonly accuracy: ServemarkBlock['accuracy']
  readonly verdict: ServemarkBlock['verdict']
  readonly thresholds: ServemarkBlock['thresholds']
  readonly notes: readonly string[]
  /** What a status means on the service; null or absent: nothing beyond HTTP. */
  readonly statusMeaning?: ((status: number) => string | null) | undefined
}

/**
 * Seals a point: the chunks' Arrow file (and the series', if any), then the JSON, each to a temporary name and renamed.
 * An earlier result of the name moves to `.old/`. Rejects with a UserError when the directory cannot be written.
 */
export async function writeResult(result: PointResult, now: Date): Promise<{ path: string; file: ResultFile }> {
  const { paths, recording } = result
  // Arrow is large: a run's first request need not wait for it.
  const [{ chunksToArrow }, { seriesToArrow }] = await Promise.all([
    import('./chunk-file.ts'),
    import('./series-file.ts'),
  ])
  const chunks = chunksToArrow(recording)
  const series = recording.series.length > 0 ? seriesToArrow(recording.series) : null
  const file = resultFile(result, now, {
    chunks: reference(paths.chunks, chunks),
    series: series && reference(paths.series, series),
  })
  await giveWay(paths, now)
  await writeSealed(paths.chunks, chunks)
  if (series) await writeSealed(paths.series, series)
  await writeSealed(paths.json, readableJson(file))
  return { path: paths.json, file }
}

/** Seals a point's JSON again, with the client's floor, which is only known afterwards. */
export async function addFloor(path: string, file: ResultFile, floor: FloorBlock): Promise<void> {
  const { servemark } = file
  const accuracy = { ...servemark.accuracy, floor }
  await writeSealed(path, readableJson({ ...file, servemark: { ...servemark, accuracy } }))
}

function reference(path: string, bytes: Uint8Array): FileReference {
  return { file: basename(path), sha256: createHash('sha256').update(bytes).digest('hex') }
}

function resultFile(
  result: PointResult,
  now: Date,
  files: { readonly chunks: FileReference; readonly series: FileReference | null },
): ResultFile {
  const { configuration, point, recording, notes } = result
  const balance = countEndpoints(recording, point.balance, result.server.replicas?.length ?? 1)
  const listed = listsTokens(configuration.backend, point.stream)
  return {
    args: originalArgs({ ...result, path: result.paths.json }),
    time: localTime(now),
    response_details: responseDetails(recording, {
      listed,
      stream: point.stream,
      saveText: point.saveText,
      promptOf: result.promptOf,
    }),
    servemark: {
      schema_version: 1,
      run_id: result.runId,
      environment: result.environment,
      server: result.server,
      point: pointBlock(result),
      point_hash: result.pointHash,
      anchor: { wall_s: recording.anchor.wallSeconds, monotonic_ns: recording.anchor.monotonicNs },
      moments: Object.fromEntries(
        Object.entries(recording.moments).map(([name, time]: [string, number | null]) => [
          `${snakeCase(name)}_s`,
          time === null ? null : toSeconds(time),
        ]),
      ),
      ending: recording.ending,
      ...files,
      requests: toJsonColumns(recording.requests),
      metrics: result.metrics,
      outcomes: countOutcomes(recording),
      failures: groupFailures(recording, result.statusMeaning),
      ...(balance && { balance }),
      accuracy: result.accuracy,
      verdict: result.verdict,
      thresholds: result.thresholds,
      notes: point.saveText
        ? notes
        : [
            ...notes,
            'prompts and answers were not kept (--no-save-text): token counts from texts of this file are wrong',
          ],
    },
  }
}

function pointBlock({ configuration, point, model, tokenLedger, salt, environment }: PointResult): PointBlock {
  const { parameters } = configuration
  const kind = loadKind(point.load)
  const words = kind.words(point.load)
  return {
    bench: configuration.bench,
    configuration: configuration.label,
    label: point.label,
    result_label: configuration.resultLabel,
    model,
    tensor_parallel: parameters.tensorParallel,
    max_ragged_batch_size: parameters.maxRaggedBatchSize,
    replicas: parameters.replicas,
    gpus: gpusOf(configuration, environment),
    parameters_billion: point.parametersBillion,
    objectives: point.objectives,
    prompt_tokens: point.promptTokens,
    output_tokens: point.outputTokens,
    clients: kind.clients(point.load),
    load_words: { name: words.name, short: words.short, long: words.long, order: words.order },
    requests: point.requests,
    run: point.repeat + 1,
    stream: point.stream,
    load: {
      kind: point.load.kind,
      ...kind.stored(point.load),
      stop: point.stop,
      warmup: point.warmup,
      limits_s: point.limits,
      route: point.route,
    },
    sampling: { temperature: point.sampling.temperature, top_p: point.sampling.topP, seed: point.sampling.seed },
    tokenizer: point.tokenizer,
    token_ledger: tokenLedger,
    prompts: point.promptsFile ?? point.prompts,
    salt,
  }
}

/** `YYYY-MM-DD HH:MM:SS.ffffff`, local time */
function localTime(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`
  return `${date} ${time}.${String(now.getMilliseconds()).padStart(3, '0')}000`
}
