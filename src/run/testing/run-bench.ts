import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backends } from '../../backends/index.ts'
import { expandBench } from '../../plan/expand.ts'
import { benchSchema, type BenchInput } from '../../plan/options.ts'
import type { ServerConfiguration } from '../../plan/types.ts'
import type { ResultFile } from '../../result/schema.ts'
import { ConfigurationRun } from '../configuration-run.ts'
import { MeasuringProcesses } from '../measuring-processes.ts'

export interface BenchRun {
  /** One entry a point: its result, or why there is none or it failed. */
  readonly points: readonly { readonly file: ResultFile | null; readonly failure: string | null }[]
  readonly notes: readonly string[]
  /** Why the server was not started; null: it was. */
  readonly startFailure: string | null
  readonly configuration: ServerConfiguration
  /** Everything written below the output directory that is text. */
  readonly logs: readonly string[]
}

/** A small bench, as short as a point can be. */
export const shortBench = {
  model: 'openai-community/gpt2',
  tokenizer: 'openai-community/gpt2',
  promptTokens: [20],
  outputTokens: [4],
  clients: [2],
  requests: 6,
  warmup: 0,
  warmupMax: 0,
  stagger: 0,
} as const

/** Runs a bench's first configuration from launch to results, as a test of `npm run bench` does. */
export async function runBench(
  input: BenchInput,
  environment: Readonly<Record<string, string>>,
  afterStart: (run: ConfigurationRun) => Promise<void> = async () => {},
): Promise<BenchRun> {
  const outDirectory = mkdtempSync(join(tmpdir(), 'servemark-run-'))
  const [configuration] = expandBench('bench', benchSchema.parse({ ...shortBench, ...input }), backends)
  if (!configuration) throw new Error('no configuration')
  const notes: string[] = []
  const points: { file: ResultFile | null; failure: string | null }[] = []
  const runDirectory = join(outDirectory, 'runs')
  const run = new ConfigurationRun(
    configuration,
    {
      runId: 'run',
      runDirectory,
      outDirectory,
      nonce: 'nonce',
      keepsPoints: false,
      floors: null,
      resume: false,
      overwrite: true,
      // How a busy machine times is not the matter here.
      allowInvalid: true,
      locked: true,
      rehearsed: true,
      gate: null,
      startupTimeoutSeconds: 30,
      environment,
      progress: { write: () => {} },
      note: (line) => notes.push(line),
    },
    new MeasuringProcesses({ directory: runDirectory, rehearses: false }),
  )
  const { signal } = new AbortController()
  let startFailure: string | null = null
  try {
    await run.start(signal).catch((error: unknown) => {
      startFailure = error instanceof Error ? error.message : String(error)
    })
    if (startFailure === null) await afterStart(run)
    for (const point of startFailure === null ? configuration.points : []) {
      points.push(
        await run.measure(point, signal).then(
          ({ ended, failure }) => ({
            file:
              ended.kind === 'measured'
                ? (JSON.parse(readFileSync(join(outDirectory, ended.file), 'utf8')) as ResultFile)
                : null,
            failure,
          }),
          (error: unknown) => ({ file: null, failure: error instanceof Error ? error.message : String(error) }),
        ),
      )
    }
    await run.stop()
    return { points, notes, startFailure, configuration, logs: logsIn(runDirectory) }
  } finally {
    await run.stop()
    rmSync(outDirectory, { recursive: true })
  }
}

function logsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.log'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
  } catch {
    return []
  }
}
