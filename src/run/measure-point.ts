import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkLengths } from '../backends/families/openai-probe.ts'
import { UserError } from '../errors.ts'
import { loadKind } from '../plan/load-shapes/index.ts'
import { resultPaths } from '../result/names.ts'
import type { PromptCacheBlock } from '../result/schema.ts'
import { addFloor } from '../result/write-result.ts'
import { type Workload, buildWorkload } from '../workload/workload.ts'
import { countedLoad } from './counted-load.ts'
import { findEarlier } from './earlier-point.ts'
import { makeLoadPlan } from './load-plan.ts'
import type { PointOutcome } from './point-end.ts'
import { failureOf } from './point-failure.ts'
import { floorOf } from './point-floor.ts'
import { identify, nameOf } from './point-identity.ts'
import { type PointMeasurement, reporter } from './point-measurement.ts'
import { ranOut } from './ran-out.ts'
import type { ReadyServer } from './ready-server.ts'
import { resetCache } from './reset-cache.ts'
import { seal } from './seal-point.ts'
import { withTokenizerCounts } from './tokenizer-counts.ts'
import { workloadKey } from './workload-key.ts'

/** One point from prompts to sealed result. Rejects with a UserError when nothing could be measured. */
export async function measurePoint(given: PointMeasurement): Promise<PointOutcome> {
  const { configuration, point, backend, ready, load, context, died, signal } = given
  const report = reporter(given)
  report('preparing')
  const { paths, hash, environment } = await identify(given)
  const kept = await findEarlier(given, paths.json, hash)
  if (kept) return kept

  const workload = await buildWorkload({
    point,
    pointKey: workloadKey(point),
    repeat: point.repeat,
    nonce: context.nonce,
    warmupPerRound: loadKind(point.load).warmupPerRound(point.load),
    maxTotalTokens: roomOf(ready),
    tokenizer: ready.tokenizer,
  })
  refuseTooLong(given, workload)
  for (const note of workload.notes) if (!note.startsWith('tokenizer:')) context.note(`${point.label}: ${note}`)
  const promptCache = await emptyCache(given)
  const plan = makeLoadPlan(point, backend, ready, workload)
  const sinceMs = Date.now()
  const over = AbortSignal.any([signal, died])
  const counted = await countedLoad(
    { backend, target: ready.target, http: ready.http, sleep, signal: over },
    async () =>
      await load.run(plan, {
        signal: over,
        onProgress: (progress) =>
          context.progress.write({
            stage: 'measuring',
            bench: configuration.bench,
            configuration: configuration.label,
            point: point.label,
            sinceMs,
            load: progress,
          }),
      }),
  )
  const interrupted = signal.aborted
  const recording = withTokenizerCounts(counted.recording, workload, ready.tokenizer)
  const ranOutEarly = ranOut(plan, recording)
  if (ranOutEarly !== null) context.note(`${point.label}: ${ranOutEarly}`)
  report('judging')
  const target = interrupted
    ? resultPaths(join(context.runDirectory, 'interrupted'), configuration.resultLabel, nameOf(given))
    : paths
  const { path, file, measured } = await seal(given, {
    paths: target,
    hash,
    environment,
    workload,
    promptCache,
    recording,
    counters: counted.counters,
    notes: ranOutEarly === null ? [] : [ranOutEarly],
  })
  // After sealing: what was measured survives whatever ends the replay.
  const floor = await floorOf(given, measured)
  if (floor !== null) await addFloor(path, file, floor)
  const shown = relative(context.outDirectory, path)
  if (interrupted) {
    return { ended: { kind: 'interrupted', file: shown }, failure: `interrupted; what was measured is kept in ${path}` }
  }
  return { ended: { kind: 'measured', file: shown }, failure: failureOf(given, file, path) }
}

/** Prompt and output tokens that a request may have on this server; null when it does not say. */
function roomOf({ probe, tokenizer }: ReadyServer): number | null {
  return probe.maxModelLength === null ? null : probe.maxModelLength - tokenizer.specialTokens
}

async function emptyCache(given: PointMeasurement): Promise<PromptCacheBlock> {
  const { configuration, point, backend, ready, context, redactor } = given
  const { session, target } = ready
  const owner = session.kind === 'launched' || configuration.endpoint?.ours === true ? 'us' : 'others'
  const { state, text } = await resetCache(backend, target, owner, ready.http)
  if (state === 'failed' && text !== null) context.note(`${point.label}: ${text}`)
  return { state, text: text === null ? null : redactor.text(text) }
}

/** Before any load: a server that cuts or refuses long prompts would be measured at other work. */
function refuseTooLong({ ready, backend }: PointMeasurement, { warmup, measure: items }: Workload): void {
  let prompt = 0
  let output = 0
  for (const item of [...warmup, ...items]) {
    const tokens = (item.promptTokens ?? item.askedPromptTokens ?? 0) + ready.tokenizer.specialTokens
    if (tokens + item.outputTokens > prompt + output) [prompt, output] = [tokens, item.outputTokens]
  }
  const line = checkLengths(ready.probe, prompt, output, backend.id)
  if (line) throw new UserError(line)
}
