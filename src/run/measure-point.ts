import { createHash, scryptSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Backend, Probe } from '../backends/backend.ts'
import type { Redactor } from '../backends/redactor.ts'
import { checkLengths } from '../backends/families/openai-probe.ts'
import { UserError } from '../errors.ts'
import type { LoadProcess } from '../load/process/load-process.ts'
import { boundOf } from '../metrics/bound.ts'
import { inSituOf } from '../metrics/in-situ.ts'
import { deriveMetrics } from '../metrics/index.ts'
import { measure, seconds, type PointFacts } from '../metrics/measured.ts'
import { observedShape } from '../metrics/stream-shape.ts'
import { statedErrorOf } from '../metrics/stated-error.ts'
import { sentAgain } from '../metrics/sent-again.ts'
import { evaluateThresholds } from '../metrics/thresholds.ts'
import { judge } from '../metrics/verdict.ts'
import { loadKind } from '../plan/load-shapes/index.ts'
import type { Point, ServerConfiguration } from '../plan/types.ts'
import type { Recording } from '../recording/recording.ts'
import { formatFailure, formatInvalid } from '../report/table-row.ts'
import { collectEnvironment, hostOf } from '../result/environment.ts'
import { gpusOf } from '../result/gpus.ts'
import { resultName, resultPaths, type ResultPaths } from '../result/names.ts'
import { listsTokens } from '../result/response-details.ts'
import { findKept, pointHash } from '../result/resume.ts'
import type {
  CountersBlock,
  FloorBlock,
  PromptCacheBlock,
  ReplicaBlock,
  ResultFile,
  ServerBlock,
} from '../result/schema.ts'
import { writeResult } from '../result/write-result.ts'
import { isOwnTokenizer } from '../workload/tokenizers/index.ts'
import { buildWorkload, type Workload } from '../workload/workload.ts'
import { measureFloor } from './floor.ts'
import { countedLoad } from './counted-load.ts'
import type { ReadyServer } from './ready-server.ts'
import { makeLoadPlan } from './load-plan.ts'
import { namedPoint } from './named-point.ts'
import type { PointOutcome } from './point-end.ts'
import { redactRecording } from './redact.ts'
import type { RunContext } from './run-context.ts'
import { withTokenizerCounts } from './tokenizer-counts.ts'
import { resetCache } from './reset-cache.ts'
import { workloadKey } from './workload-key.ts'

export interface PointMeasurement {
  readonly configuration: ServerConfiguration
  readonly point: Point
  readonly backend: Backend
  readonly ready: ReadyServer
  readonly load: LoadProcess
  readonly ca: readonly string[]
  readonly redactor: Redactor
  readonly context: RunContext
  /** Aborts when the server ends by itself. */
  readonly died: AbortSignal
  /** Aborts when the user wants to stop. */
  readonly signal: AbortSignal
}

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
  const plan = makeLoadPlan(point, backend, ready, workload, given.ca)
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
  const floor = await floorOf(given, recording)
  report('judging')
  const target = interrupted
    ? resultPaths(join(context.runDirectory, 'interrupted'), configuration.resultLabel, nameOf(given))
    : paths
  const { path, file } = await seal(given, {
    paths: target,
    hash,
    environment,
    workload,
    promptCache,
    recording,
    floor,
    counters: counted.counters,
  })
  const shown = relative(context.outDirectory, path)
  if (interrupted) {
    return { ended: { kind: 'interrupted', file: shown }, failure: `interrupted; what was measured is kept in ${path}` }
  }
  return { ended: { kind: 'measured', file: shown }, failure: failureOf(given, file, path) }
}

const nameOf = ({ configuration, point, ready }: PointMeasurement) =>
  resultName(namedPoint(configuration, point, ready.probe.model))

async function identify(given: PointMeasurement) {
  const { configuration, point, ready, context } = given
  const { session, probe } = ready
  const environment = await collectEnvironment()
  const launched = session.kind === 'launched' ? session.servers[0].launch : null
  const hash = pointHash({
    configuration: given.redactor.value(configuration),
    point: given.redactor.value(point),
    model: probe.model,
    argv: launched ? withoutPorts(launched.argv) : null,
    env: given.redactor.value(launched?.env ?? {}),
    identity: {
      ...given.redactor.value(probe.identity),
      version: probe.version,
      maxModelLength: probe.maxModelLength,
      // Its address has a port that is drawn anew for each start.
      capabilities: { ...probe.capabilities, tokenizeUrl: probe.capabilities.tokenizeUrl !== null },
    },
    headers: hiddenHeaders(configuration.endpoint?.headers ?? {}),
    promptsSha256: await promptsHash(point),
    programVersion: JSON.stringify(environment['servemark'] ?? null),
    host: hostOf(environment),
  })
  const paths = resultPaths(context.outDirectory, configuration.resultLabel, nameOf(given))
  return { paths, hash, environment }
}

/**
 * Headers may choose another deployment, so that a point depends on their values, and may be secret: a slow hash tells
 * two apart and gives none away.
 */
function hiddenHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const hide = (value: string) => scryptSync(value, 'servemark', 16).toString('hex')
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, hide(value)]))
}

/** Of the prompts file's content: its name says nothing. Null without one; an unreadable one is told when it is read. */
async function promptsHash({ promptsFile }: Point): Promise<string | null> {
  if (promptsFile === null) return null
  const content = await readFile(promptsFile).catch(() => null)
  return content && createHash('sha256').update(content).digest('hex')
}

/** Ports are drawn anew for each start and change nothing that is measured. */
function withoutPorts(argv: readonly string[]): string[] {
  return argv.map((word, index) => (/^--?port$/.test(argv[index - 1] ?? '') ? '*' : word))
}

/** A point is kept only where an equal one was measured here, never by default for somebody else's server. */
async function findEarlier(given: PointMeasurement, path: string, hash: string): Promise<PointOutcome | null> {
  const { ready, context } = given
  const mayKeep = !context.overwrite && (context.resume || (ready.session.kind === 'launched' && context.keepsPoints))
  if (!mayKeep) return null
  const kept = await findKept(path, hash, new Date())
  if (!kept.kept) {
    if (context.resume && kept.reason !== 'not measured yet')
      context.note(`${given.point.label}: measured again: ${kept.reason}`)
    return null
  }
  const file = relative(context.outDirectory, path)
  const thresholds = evaluateThresholds(given.point.thresholds, kept.file.servemark.metrics, {
    status: kept.file.servemark.verdict.status,
    allowInvalid: context.allowInvalid,
  })
  return {
    ended: { kind: 'kept', file, ageSeconds: kept.ageSeconds },
    failure: shortfall(given, { ...kept.file, servemark: { ...kept.file.servemark, thresholds } }, path),
  }
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

/** A prompts file brings its own lengths: what the point's nominal ones say of other prompts would be untrue. */
function asSent(point: Point, { kind, statistics }: Workload): Point {
  if (kind !== 'file') return point
  const promptTokens = Math.round(statistics.meanPromptTokens ?? point.promptTokens)
  return { ...point, promptTokens, outputTokens: Math.round(statistics.meanOutputTokens) }
}

/** Only while nothing of ours can be at work on the server, and never at the cost of the result. */
async function floorOf(given: PointMeasurement, recording: Recording): Promise<FloorBlock | null> {
  const { point, ready, load, context, died, signal } = given
  const { floors } = context
  const idle = recording.ending === 'complete' && recording.requests.outcome.every((outcome) => outcome === 'ok')
  if (floors === null || ready.canary === null || !idle || died.aborted || signal.aborted) return null
  const measured = measure(recording, factsOf(given, {}, null))
  const observed = observedShape(measured)
  if (observed === null || measured.span === null) return null
  reporter(given)('floor')
  try {
    return await measureFloor(observed, {
      load,
      server: ready.canary,
      tls: ready.target.endpoints.some(({ url }) => url.startsWith('https:')),
      stream: point.stream,
      threads: Math.max(...recording.requests.thread.map((thread) => thread ?? 0)) + 1,
      measuredSeconds: seconds(measured.span),
      cache: floors,
      signal: AbortSignal.any([signal, died]),
    })
  } catch (error) {
    context.note(`${point.label}: the client's floor was not measured: ${String(error)}`)
    return null
  }
}

interface Measurement {
  readonly paths: ResultPaths
  readonly hash: string
  readonly environment: Readonly<Record<string, unknown>>
  readonly workload: Workload
  readonly promptCache: PromptCacheBlock
  readonly recording: Recording
  readonly floor: FloorBlock | null
  readonly counters: CountersBlock | null
}

async function seal(given: PointMeasurement, measurement: Measurement): Promise<{ path: string; file: ResultFile }> {
  const { configuration, ready, context, redactor } = given
  const { paths, hash, environment, workload, promptCache } = measurement
  const counters = redactor.value(measurement.counters)
  const recording = redactRecording(measurement.recording, redactor)
  const point = asSent(given.point, workload)
  const measured = measure(recording, factsOf({ ...given, point }, environment, counters))
  const metrics = deriveMetrics(measured)
  const accuracy = {
    floor: measurement.floor,
    in_situ: inSituOf(recording),
    bound: boundOf(recording),
    stated: statedErrorOf(measured),
  }
  const notes = [...ready.probe.notes, ...workload.notes]
  if (point.retries > 0) {
    const { requests, sendings } = sentAgain(measured)
    notes.push(
      `retries were on (--retries ${point.retries}): ${requests} requests were sent again, ${sendings} times in all`,
    )
  }
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
  return await writeResult(
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
}

function factsOf(
  { configuration, point, ready }: PointMeasurement,
  environment: Readonly<Record<string, unknown>>,
  counters: CountersBlock | null,
): PointFacts {
  return {
    clients: loadKind(point.load).clients(point.load),
    stream: point.stream,
    model: ready.probe.model,
    tensorParallel: configuration.parameters.tensorParallel,
    gpus: gpusOf(configuration, environment),
    parametersBillion: point.parametersBillion,
    promptTokens: point.promptTokens,
    outputTokens: point.outputTokens,
    listedTokens: listsTokens(configuration.backend, point.stream),
    objectives: point.objectives,
    counters,
  }
}

function serverBlock({ configuration, backend, ready, redactor }: PointMeasurement): ServerBlock {
  const { session, probe } = ready
  const replicas = replicaBlocks(ready, redactor)
  const [first] = replicas
  return {
    backend: backend.id,
    backend_label: backend.label,
    label: configuration.label,
    identity: redactor.value(identityOf(probe)),
    argv: first?.argv ?? null,
    endpoint: redactor.text(session.endpoints.map(({ url }) => url).join(' ')),
    startup: slowest(replicas.flatMap(({ startup }) => (startup ? [startup] : []))),
    promises: { ...backend.promises },
    caveat: backend.caveat?.(configuration.model ?? probe.model) ?? null,
    ...(replicas.length > 1 && { replicas }),
  }
}

function replicaBlocks({ session, probes, firstTokenSeconds }: ReadyServer, redactor: Redactor): ReplicaBlock[] {
  return session.endpoints.map(({ url }, index) => {
    const launched = session.kind === 'launched' ? session.servers[index] : undefined
    const probe = probes[index]
    const { startup, argv, logFile } = launched?.running ?? { startup: null, argv: null, logFile: null }
    return {
      endpoint: redactor.text(url),
      identity: probe ? redactor.value(identityOf(probe)) : {},
      argv: argv && redactor.args(argv),
      gpus: launched?.launch.env['CUDA_VISIBLE_DEVICES'] ?? null,
      log: logFile === null ? null : basename(logFile),
      startup: startup && { ...startup, first_token_s: firstTokenSeconds?.[index] ?? null },
    }
  })
}

const identityOf = (probe: Probe) => ({
  ...probe.identity,
  version: probe.version,
  max_model_length: probe.maxModelLength,
})

/** All must be there: what took longest counts. */
function slowest(startups: readonly Readonly<Record<string, number | null>>[]): Record<string, number | null> | null {
  const [first] = startups
  if (!first) return null
  return Object.fromEntries(
    Object.keys(first).map((name) => {
      const times = startups.map((startup) => startup[name] ?? null)
      return [name, times.includes(null) ? null : Math.max(...times.map(Number))]
    }),
  )
}

function failureOf(given: PointMeasurement, file: ResultFile, path: string): string | null {
  const { died } = given
  if (died.aborted) return died.reason instanceof Error ? died.reason.message : String(died.reason)
  return shortfall(given, file, path)
}

/** Too many failed requests, an invalid verdict, and thresholds missed, a line each; null when the point passed. */
function shortfall({ point, context }: PointMeasurement, file: ResultFile, path: string): string | null {
  const { outcomes, thresholds, verdict } = file.servemark
  const total = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  const failed = total - outcomes.ok
  const lines = thresholds.filter((each) => each.status === 'missed').map((each) => each.text)
  if (outcomes.ok === 0 || failed / total > point.maxErrorRate) lines.unshift(formatFailure(file, path))
  else if (verdict.status === 'invalid' && !context.allowInvalid) lines.unshift(formatInvalid(file))
  return lines.length > 0 ? lines.join('\n') : null
}

function reporter({ configuration, point, context }: PointMeasurement) {
  return (stage: 'preparing' | 'floor' | 'judging') =>
    context.progress.write({
      stage,
      bench: configuration.bench,
      configuration: configuration.label,
      point: point.label,
      sinceMs: Date.now(),
    })
}
