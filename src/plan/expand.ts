import { basename } from 'node:path'
import { z } from 'zod'
import type { Backend, ServerParameters } from '../backends/backend.ts'
import { UserError } from '../errors.ts'
import { describeIssue } from '../issue-words.ts'
import { closest } from './closest.ts'
import { expandLoad } from './load-shapes/expand-load.ts'
import { loadKind } from './load-shapes/index.ts'
import { forReplicas } from './load-shapes/per-replica.ts'
import type { Bench } from './options.ts'
import type { BackendEntry } from './options/server.ts'
import type { LoadShape, Point, ServerConfiguration } from './types.ts'

/** The backends that exist, by name; passed in so that plans can be tested without them. */
export type BackendRegistry = Readonly<Record<string, Backend>>

const swept = z.object({
  tensorParallel: z.array(z.int().positive()).or(z.int().positive()),
  maxRaggedBatchSize: z.array(z.int().positive()).or(z.int().positive()),
  replicas: z.array(z.int().positive()).or(z.int().positive()),
  serverArgs: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  model: z.string(),
})

/**
 * A bench as server configurations (product of backends, tensor parallel, batch size, replicas), each with its
 * points (product of prompt and output lengths and load). Order is that of the file, the last dimension fastest.
 */
export function expandBench(name: string, bench: Bench, backends: BackendRegistry): ServerConfiguration[] {
  return bench.backends.flatMap((entry) => expandBackend(name, bench, entry, backends))
}

function expandBackend(
  name: string,
  bench: Bench,
  entry: BackendEntry,
  backends: BackendRegistry,
): ServerConfiguration[] {
  const { name: id, ...settings } = typeof entry === 'string' ? { name: entry } : entry
  const backend = backends[id]
  if (!backend) {
    const near = closest(id, Object.keys(backends))
    throw new UserError(
      `${name}: unknown backend "${id}"; ${near ? `did you mean "${near}"? ` : ''}known: ${Object.keys(backends).join(', ')}`,
      2,
    )
  }
  const { dimensions, own } = splitSettings(name, id, backend, { ...settings, ...handedDown(bench, id, backends) })
  const configurations: ServerConfiguration[] = []
  const all = {
    tensorParallel: [dimensions.tensorParallel ?? bench.tensorParallel].flat(),
    maxRaggedBatchSize: [dimensions.maxRaggedBatchSize ?? bench.maxRaggedBatchSize].flat(),
    replicas: [dimensions.replicas ?? bench.replicas].flat(),
  }
  for (const tensorParallel of all.tensorParallel) {
    for (const maxRaggedBatchSize of all.maxRaggedBatchSize) {
      for (const replicas of all.replicas) {
        const parameters: ServerParameters = {
          tensorParallel,
          maxRaggedBatchSize,
          replicas,
          own,
          serverArgs: [...bench.serverArgs, ...(dimensions.serverArgs ?? [])],
          env: { ...bench.env, ...dimensions.env },
        }
        configurations.push({
          bench: name,
          backend: id,
          model: dimensions.model ?? bench.model,
          parameters,
          label: [id, ...dimensionsOf(backend, replicas).map((each) => dimensionLabel(each, parameters))].join(' '),
          resultLabel: bench.label ?? id,
          endpoint: bench.baseUrl === null ? null : { baseUrl: bench.baseUrl, headers: bench.header },
          points: expandPoints(forReplicas(bench, replicas)),
        })
      }
    }
  }
  return configurations
}

/** Every server that is started may have replicas; one is not worth a word where it usually is one. */
function dimensionsOf({ dimensions }: Backend, replicas: number): Backend['dimensions'] {
  return replicas === 1 || dimensions.includes('replicas') ? dimensions : [...dimensions, 'replicas']
}

function dimensionLabel(dimension: 'tp' | 'bs' | 'replicas', parameters: ServerParameters): string {
  const value = { tp: parameters.tensorParallel, bs: parameters.maxRaggedBatchSize, replicas: parameters.replicas }[
    dimension
  ]
  return `${dimension}=${value}`
}

/** Options of a bench that are parameters of some backends. */
function handedDown(bench: Bench, id: string, backends: BackendRegistry): Record<string, unknown> {
  const has = (name: string, key: string) => backends[name] !== undefined && key in backends[name].params.shape
  const settings: Record<string, unknown> = {}
  if (bench.deploymentName !== null && has(id, 'deploymentName')) settings['deploymentName'] = bench.deploymentName
  if (bench.fp6) {
    if (!has(id, 'quantizationMode')) {
      const others = Object.keys(backends).filter((name) => has(name, 'quantizationMode'))
      throw new UserError(`--fp6: backend ${id} has no weights of 6 bits; known: ${others.join(', ')}`, 2)
    }
    settings['quantizationMode'] = 'wf6af16'
  }
  return settings
}

/** Tells the swept dimensions and launch settings of an entry from the backend's own parameters. */
function splitSettings(name: string, id: string, backend: Backend, settings: Record<string, unknown>) {
  const common: Record<string, unknown> = {}
  const rest: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(settings)) {
    if (key in swept.shape) common[key] = value
    else rest[key] = value
  }
  const dimensions = swept.partial().safeParse(common)
  const own = z.strictObject(backend.params.shape).safeParse(rest)
  const issues = [...(dimensions.error?.issues ?? []), ...(own.error?.issues ?? [])]
  const issue = issues.find((each) => each.code === 'unrecognized_keys') ?? issues[0]
  if (issue?.code === 'unrecognized_keys') {
    const known = [...Object.keys(swept.shape), ...Object.keys(backend.params.shape)]
    throw new UserError(`${name}: backend ${id} has no parameter "${issue.keys[0]}"; known: ${known.join(', ')}`, 2)
  }
  if (issue) throw new UserError(`${name}: backend ${id}: ${describeIssue(issue, settings)}`, 2)
  return { dimensions: dimensions.data ?? {}, own: own.data ?? {} }
}

/** The whole sweep once for each repeat, so that the runs of a point lie apart in time. */
function expandPoints(bench: Bench): Point[] {
  return Array.from({ length: bench.repeats }, (_, repeat) => expandSweep(bench, repeat)).flat()
}

function expandSweep(bench: Bench, repeat: number): Point[] {
  const points: Point[] = []
  for (const promptTokens of bench.promptTokens) {
    for (const outputTokens of bench.outputTokens) {
      for (const load of expandLoad(bench)) points.push(makePoint(bench, promptTokens, outputTokens, load, repeat))
    }
  }
  return points
}

function makePoint(bench: Bench, promptTokens: number, outputTokens: number, load: LoadShape, repeat: number): Point {
  const kind = loadKind(load)
  const sendsUntilDone = kind.clients(load) !== null && bench.duration === null
  return {
    label: [
      bench.promptsFile === null
        ? `prompt=${promptTokens} gen=${outputTokens}`
        : `prompts=${basename(bench.promptsFile)}`,
      kind.words(load).name,
      ...(repeat > 0 ? [`run=${repeat + 1}`] : []),
    ].join(' '),
    promptTokens,
    outputTokens,
    promptTokensVar: bench.promptTokensVar,
    outputTokensVar: bench.outputTokensVar,
    maxPromptTokens: bench.maxPromptTokens,
    load,
    requests: kind.requests(load, bench.requests, bench.seed),
    stop: {
      drainSeconds: sendsUntilDone ? null : bench.drainTimeout,
      errorRate: bench.stopOnErrorRate,
      saturation: bench.stopOnSaturation,
    },
    warmup: { rounds: bench.warmup, maxRounds: Math.max(bench.warmup, bench.warmupMax), agreement: 0.05 },
    stream: bench.stream,
    route: bench.endpoint,
    sampling: { temperature: bench.temperature, topP: bench.topP, seed: bench.seed },
    extraBody: bench.extraBody,
    tokenizer: bench.tokenizer,
    promptsFile: bench.promptsFile,
    prompts: bench.prompts,
    salt: bench.salt,
    objectives: bench.objectives,
    thresholds: bench.thresholds as Point['thresholds'],
    maxErrorRate: bench.maxErrorRate,
    repeat,
    saveText: bench.saveText,
    balance: bench.balance,
    loadThreads: bench.loadThreads,
    retries: bench.retries,
    limits: {
      connect: bench.connectTimeout,
      firstByte: bench.firstByteTimeout,
      idle: bench.idleTimeout,
      total: bench.timeout,
    },
    parametersBillion: bench.parameters,
  }
}
