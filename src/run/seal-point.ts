import { stampedAt } from '../load/transport/index.ts'
import { boundOf } from '../metrics/bound.ts'
import { inSituOf } from '../metrics/in-situ.ts'
import { deriveMetrics } from '../metrics/index.ts'
import { measure, type Measured } from '../metrics/measured.ts'
import { sentAgain } from '../metrics/sent-again.ts'
import { statedErrorOf } from '../metrics/stated-error.ts'
import { evaluateThresholds } from '../metrics/thresholds.ts'
import { judge } from '../metrics/verdict.ts'
import type { Point } from '../plan/types.ts'
import type { Recording } from '../recording/recording.ts'
import type { ResultPaths } from '../result/names.ts'
import type { CountersBlock, PromptCacheBlock, ResultFile } from '../result/schema.ts'
import { writeResult } from '../result/write-result.ts'
import { isOwnTokenizer } from '../workload/tokenizers/index.ts'
import type { Workload } from '../workload/workload.ts'
import { factsOf } from './point-facts.ts'
import type { PointMeasurement } from './point-measurement.ts'
import { redactRecording } from './redact.ts'
import { serverBlock } from './server-block.ts'

/** All that was measured of a point. */
export interface Measurement {
  readonly paths: ResultPaths
  readonly hash: string
  readonly environment: Readonly<Record<string, unknown>>
  readonly workload: Workload
  readonly promptCache: PromptCacheBlock
  readonly recording: Recording
  readonly counters: CountersBlock | null
  /** On how the load went. */
  readonly notes: readonly string[]
}

/** Judges the point and writes its files; also gives what its metrics were derived from. */
export async function seal(
  given: PointMeasurement,
  measurement: Measurement,
): Promise<{ path: string; file: ResultFile; measured: Measured }> {
  const { configuration, ready, context, redactor } = given
  const { paths, hash, environment, workload, promptCache } = measurement
  const counters = redactor.value(measurement.counters)
  const recording = redactRecording(measurement.recording, redactor)
  const point = asSent(given.point, workload)
  const measured = measure(recording, factsOf({ ...given, point }, environment, counters))
  const metrics = deriveMetrics(measured)
  const accuracy = {
    stamped_at: stampedAt[(ready.probe.wire ?? given.backend.wire(ready.target)).transport],
    floor: null,
    in_situ: inSituOf(recording),
    bound: boundOf(recording),
    stated: statedErrorOf(measured),
  }
  const notes = [...ready.probe.notes, ...workload.notes, ...measurement.notes]
  if (point.retries > 0) {
    const { requests, sendings } = sentAgain(measured)
    notes.push(
      `retries were on (--retries ${point.retries}): ${requests} requests were sent again, ${sendings} times in all`,
    )
  }
  if (!context.rehearsed) notes.push('the load generator did not rehearse before its first point (--no-rehearsal)')
  if (promptCache.state === 'failed' && promptCache.text !== null) notes.push(promptCache.text)
  const verdict = judge({
    measured,
    metrics,
    accuracy,
    maxErrorRate: point.maxErrorRate,
    saltedPrompts: workload.kind === 'salted',
    retries: point.retries,
    promptCache,
    ownTokenizer: isOwnTokenizer(ready.tokenizer, ready.probe.model),
    alone: context.locked,
    unknown: point.salt === null ? [] : ['the prompts are those of an earlier run (--salt): a cache may know them'],
  })
  const prompts = new Map(workload.measure.map((item) => [item.item, item.prompt]))
  const written = await writeResult(
    {
      paths,
      runId: context.runId,
      configuration: redactor.value(configuration),
      point: redactor.value(point),
      model: ready.probe.model,
      options: redactor.value({
        bench: configuration.bench,
        label: configuration.resultLabel,
        endpoint: point.route,
        prompts: point.prompts,
        promptsFile: point.promptsFile,
        temperature: point.sampling.temperature,
        topP: point.sampling.topP,
        seed: point.sampling.seed,
        extraBody: point.extraBody,
        serverArgs: configuration.parameters.serverArgs,
        overwrite: context.overwrite,
      }),
      salt: workload.salt ?? '',
      tokenLedger: measured.tokens.output.ledger,
      recording,
      promptOf: (item) => prompts.get(item) ?? '',
      pointHash: hash,
      environment,
      server: { ...serverBlock(given), prompt_cache: promptCache, counters },
      metrics,
      accuracy,
      verdict,
      thresholds: evaluateThresholds(point.thresholds, metrics, {
        status: verdict.status,
        allowInvalid: context.allowInvalid,
      }),
      notes: notes.map((note) => redactor.text(note)),
      statusMeaning: given.backend.statusMeaning,
    },
    new Date(),
  )
  return { ...written, measured }
}

/** A prompts file brings its own lengths: what the point's nominal ones say of other prompts would be untrue. */
function asSent(point: Point, { kind, statistics }: Workload): Point {
  if (kind !== 'file') return point
  const promptTokens = Math.round(statistics.meanPromptTokens ?? point.promptTokens)
  return { ...point, promptTokens, outputTokens: Math.round(statistics.meanOutputTokens) }
}
