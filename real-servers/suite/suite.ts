import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchInput } from '../../src/plan/options.ts'
import { readResultDirectory } from '../../src/result/read-result.ts'
import type { ResultFile } from '../../src/result/schema.ts'
import { readServerFiles, removeRecord, stateOf, stopStanding } from '../../src/servers/standing-server.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** A point's result. */
export type Point = ResultFile['servemark']

export interface SuiteOptions {
  readonly name: string
  readonly bench: BenchInput
  /** Emptied; afterwards it holds bench file, results and logs. */
  readonly folder: string
  /** Folders of programs, put before PATH. */
  readonly path: readonly string[]
  readonly signal: AbortSignal
}

export interface SuiteRun {
  readonly code: number
  readonly output: string
  readonly seconds: number
  /** Holds the output. */
  readonly logFile: string
}

export interface RunningSuite {
  readonly pid: number
  readonly done: Promise<SuiteRun>
}

/** Ends servers that an earlier run of ours, killed without mercy, left in this folder. */
export async function endLeftServers(folder: string): Promise<void> {
  for (const { path, record } of readServerFiles(resultsOf(folder))) {
    if (record.phase === 'running' && stateOf(record) === 'alive') await stopStanding(record)
    removeRecord(path)
  }
}

const resultsOf = (folder: string) => join(folder, 'results')

/** The suite as its user has it: a bench file, the npm scripts as processes, result files read afterwards. */
export class Suite {
  readonly name: string
  /** Of this server's run: bench file, results, logs. */
  readonly folder: string
  readonly outDirectory: string
  private readonly options: SuiteOptions
  private readonly benches: string
  private runs = 0

  constructor(options: SuiteOptions) {
    this.options = options
    this.name = options.name
    this.folder = options.folder
    this.benches = join(options.folder, 'benches')
    this.outDirectory = resultsOf(options.folder)
    rmSync(options.folder, { recursive: true, force: true })
    mkdirSync(this.benches, { recursive: true })
    const text = `export default ${JSON.stringify(options.bench, null, 2)}\n`
    writeFileSync(join(this.benches, `${options.name}.bench.ts`), text)
  }

  /** `npm run bench -- --project NAME WORDS` */
  bench(words: readonly string[]): RunningSuite {
    return this.start('bench.ts', ['--project', this.name, ...words, ...this.places()])
  }

  /** `npm run server -- ACTION --project NAME` */
  server(action: 'start' | 'stop'): RunningSuite {
    return this.start('server.ts', [action, '--project', this.name, ...this.places()])
  }

  /** `npm run export -- results/LABEL WORDS` */
  export(label: string, words: readonly string[]): RunningSuite {
    return this.start('export.ts', [join(this.outDirectory, label), ...words])
  }

  /** The points under a label. */
  async results(label: string): Promise<readonly Point[]> {
    const { results, problems } = await readResultDirectory(join(this.outDirectory, label))
    if (problems[0]) throw new Error(problems[0].text)
    return results.flatMap((result) => (result.kind === 'servemark' ? [result.file.servemark] : []))
  }

  private places(): readonly string[] {
    return ['--benches', this.benches, '--out-dir', this.outDirectory]
  }

  private start(script: string, words: readonly string[]): RunningSuite {
    const { folder, path, signal } = this.options
    const begun = performance.now()
    const logFile = join(folder, `run-${++this.runs}.log`)
    const child = spawn(process.execPath, [join(root, 'scripts', script), ...words], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        PATH: [...path, process.env['PATH']].join(delimiter),
        // A lock of its own: the user's runs are not these.
        XDG_RUNTIME_DIR: folder,
        NO_COLOR: '1',
        CI: '',
      },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    const onAbort = () => child.kill('SIGTERM')
    signal.addEventListener('abort', onAbort)
    const done = new Promise<SuiteRun>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        signal.removeEventListener('abort', onAbort)
        writeFileSync(logFile, output)
        resolve({ code: code ?? -1, output, logFile, seconds: (performance.now() - begun) / 1000 })
      })
    })
    return { pid: child.pid ?? -1, done }
  }
}

/** What a run complained of, in one line, else the end of what it said. */
export function complaint({ output, code, logFile }: SuiteRun): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const bad = lines.filter((line) => /^\s*✗ |^[\w-]+: .*(failed|cannot|not |error)/i.test(line))
  const shown = (bad.length > 0 ? bad.slice(0, 3) : lines.slice(-3)).map((line) => line.trim().slice(0, 240))
  return `exit code ${code}: ${shown.join(' | ')}. Log: ${logFile}`
}
