import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { boundOf } from '../metrics/bound.ts'
import { deriveMetrics } from '../metrics/index.ts'
import { measure } from '../metrics/measured.ts'
import { judge } from '../metrics/verdict.ts'
import { loadKind } from '../plan/load-shapes/index.ts'
import type { Point, ServerConfiguration } from '../plan/types.ts'
import type { Recording } from '../recording/recording.ts'
import { closedLoopSpecs, makeRecording } from '../recording/testing.ts'
import { resultName, resultPaths } from './names.ts'
import { listsTokens } from './response-details.ts'
import type { PointResult } from './write-result.ts'

/** A directory that goes when the test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'servemark-result-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export const somePoint: Point = {
  label: 'prompt=10 gen=3 clients=2',
  promptTokens: 10,
  outputTokens: 3,
  promptTokensVar: 0.3,
  outputTokensVar: 0.3,
  maxPromptTokens: 30,
  load: { kind: 'closedLoop', clients: 2, staggerSeconds: 0.01, durationSeconds: null },
  requests: 8,
  stop: { drainSeconds: null, errorRate: null, saturation: true },
  warmup: { rounds: 1, maxRounds: 4, agreement: 0.05 },
  stream: true,
  route: 'completions',
  sampling: { temperature: 1, topP: 0.9, seed: 42 },
  extraBody: {},
  tokenizer: null,
  promptsFile: null,
  prompts: 'salted',
  salt: null,
  objectives: {},
  thresholds: {},
  maxErrorRate: 0.01,
  balance: 'round-robin',
  loadThreads: 'auto',
  retries: 0,
  repeat: 0,
  saveText: true,
  limits: { connect: 10, firstByte: null, idle: null, total: null },
  parametersBillion: null,
}

export const someConfiguration: ServerConfiguration = {
  bench: 'example',
  backend: 'openai',
  model: 'some/model',
  parameters: { tensorParallel: 1, maxRaggedBatchSize: 768, replicas: 1, own: {}, serverArgs: [], env: {} },
  label: 'openai tp=1',
  resultLabel: 'openai',
  endpoint: { baseUrl: 'http://127.0.0.1:8000/v1', headers: {} },
  points: [somePoint],
}

export const someRecording = () =>
  makeRecording([
    { sent: -1, chunks: [0.3, 0.5], columns: { phase: 'warmup' } },
    ...closedLoopSpecs({ clients: 2, count: 8, ttft: 0.123456789, gap: 0.02, tokens: 4 }),
    { sent: 0.2, chunks: [0.1, { at: 0.2, kind: 'error' }], columns: { outcome: 'stream_error', error: 'boom' } },
  ])

/** All that `writeResult` needs of a point, with metrics and verdict derived from its recording. */
export function pointResult(
  outDir: string,
  given: { recording?: Recording; point?: Partial<Point>; backend?: string; hash?: string; runId?: string } = {},
): PointResult {
  const recording = given.recording ?? someRecording()
  const point = { ...somePoint, ...given.point }
  const backend = given.backend ?? someConfiguration.backend
  const configuration = { ...someConfiguration, backend, resultLabel: backend }
  const model = 'some/model'
  const measured = measure(recording, {
    clients: loadKind(point.load).clients(point.load),
    stream: point.stream,
    model,
    tensorParallel: 1,
    gpus: null,
    parametersBillion: null,
    promptTokens: point.promptTokens,
    outputTokens: point.outputTokens,
    listedTokens: listsTokens(backend, point.stream),
    objectives: point.objectives,
    counters: null,
  })
  const metrics = deriveMetrics(measured)
  const accuracy = { floor: null, in_situ: null, bound: boundOf(recording) }
  return {
    paths: resultPaths(outDir, configuration.resultLabel, resultName({ configuration, point, model })),
    runId: given.runId ?? 'run-1',
    configuration,
    point,
    model,
    options: { promptTokens: [10], outDir },
    salt: 'abc',
    tokenLedger: measured.tokens.output.ledger,
    recording,
    promptOf: (item) => `prompt ${item}`,
    pointHash: given.hash ?? 'hash-1',
    environment: { node: process.version },
    server: {
      backend,
      backend_label: 'OpenAI-compatible',
      label: configuration.label,
      identity: { version: '1' },
      argv: null,
      endpoint: 'http://127.0.0.1:8000/v1',
      startup: null,
      promises: {},
      caveat: null,
    },
    metrics,
    accuracy,
    verdict: judge({
      measured,
      metrics,
      accuracy,
      maxErrorRate: 0.2,
      saltedPrompts: true,
      retries: 0,
      promptCache: { state: 'off', text: null },
      ownTokenizer: true,
      alone: true,
      unknown: [],
    }),
    thresholds: [],
    notes: [],
  }
}
