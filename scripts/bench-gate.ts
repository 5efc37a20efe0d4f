import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { backends } from '../src/backends/index.ts'
import { UserError } from '../src/errors.ts'
import { expandBench } from '../src/plan/expand.ts'
import { benchSchema } from '../src/plan/options.ts'
import { formatDuration } from '../src/report/format.ts'
import { readResult } from '../src/result/read-result.ts'
import type { ResultFile } from '../src/result/schema.ts'
import { fallsBehind } from '../src/run/falls-behind.ts'
import { ConfigurationRun } from '../src/run/configuration-run.ts'
import { startStub, type Stub } from '../src/stub/stub.ts'
import { runScript } from './run-script.ts'

const help = `npm run bench:gate -- [options]: how often the regression gate errs, measured on the stub

A server is measured twice and compared with itself (A/A): at most 5 of 100 comparisons may fail --fail-on-regression 5%.
The same server, made slower, must fail it. Each comparison has its own two points. Wants a quiet machine.

--runs N        comparisons of the server with itself (100)
--planted N     comparisons with the slower one (10)
--slower SHARE  how much slower that is (0.2)
--help          this text`

/** Short, and with a jitter of its own, as real servers have. */
const paceMs = { ttft: 20, ttftJitter: 10, itl: 4, itlJitter: 2 }
const allowed = 0.05
const bench = {
  promptTokens: [32],
  promptTokensVar: 0,
  outputTokens: [10],
  clients: [4],
  requests: 60,
  warmup: 1,
  warmupMax: 1,
}

/** This process is idle while the load process measures. Prompts are counted as they were asked for. */
function startServer(factor: number): Promise<Stub> {
  const { ttft, ttftJitter, itl, itlJitter } = paceMs
  const schedule = {
    kind: 'jittered',
    ttftMs: ttft * factor,
    ttftJitterMs: ttftJitter * factor,
    itlMs: itl * factor,
    itlJitterMs: itlJitter * factor,
  } as const
  return startStub({ schedule, models: ['gpt2'] }, () => bench.promptTokens[0] ?? 0)
}

/** Gives one measurement of the server after the other; each is a run of one point. */
async function measurer(stub: Stub, label: string, most: number, outDirectory: string) {
  const input = { ...bench, model: 'gpt2', backends: ['openai'], baseUrl: stub.url, label, repeats: most }
  const [configuration] = expandBench('gate', benchSchema.parse(input), backends)
  if (configuration === undefined) throw new Error('no configuration')
  const run = new ConfigurationRun(configuration, {
    runId: 'gate',
    runDirectory: join(outDirectory, 'runs', label),
    outDirectory,
    nonce: `gate-${process.pid}`,
    keepsPoints: false,
    floors: null,
    resume: false,
    overwrite: true,
    allowInvalid: true,
    locked: true,
    rehearsed: true,
    gate: null,
    startupTimeoutSeconds: 30,
    environment: {},
    progress: { write: () => {} },
    note: () => {},
  })
  const { signal } = new AbortController()
  await run.start(signal)
  const points = configuration.points.values()
  return {
    async next(): Promise<ResultFile> {
      const point = points.next().value
      if (point === undefined) throw new Error('no point is left')
      const { ended, failure } = await run.measure(point, signal)
      if (ended.kind !== 'measured') throw new UserError(failure ?? 'not measured')
      return await readResult(join(outDirectory, ended.file))
    },
    stop: () => run.stop(),
  }
}

interface Tally {
  readonly compared: number
  readonly failed: number
  readonly lines: readonly string[]
}

async function compare(count: number, pair: () => Promise<readonly [ResultFile, ResultFile]>): Promise<Tally> {
  let failed = 0
  const lines: string[] = []
  for (let i = 0; i < count; i++) {
    const [before, after] = await pair()
    const found = fallsBehind({ results: [before], allowed, points: 1, allowInvalid: true }, [after])
    if (found.length > 0) failed++
    lines.push(...found.map((line) => `  ${i + 1}: ${line}`))
  }
  return { compared: count, failed, lines }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '100' },
      planted: { type: 'string', default: '10' },
      slower: { type: 'string', default: '0.2' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return console.log(help)
  const [runs, planted, slower] = [Number(values.runs), Number(values.planted), Number(values.slower)]
  if (!Number.isInteger(runs) || !Number.isInteger(planted) || runs < 1 || planted < 1 || !(slower > 0)) {
    throw new UserError('--runs and --planted take whole numbers from 1, --slower a share above 0', 2)
  }
  const outDirectory = mkdtempSync(join(tmpdir(), 'servemark-gate-'))
  const began = performance.now()
  await using usual = await startServer(1)
  await using slow = await startServer(1 + slower)
  const same = await measurer(usual, 'usual', 2 * runs + planted, outDirectory)
  const worse = await measurer(slow, 'slower', planted, outDirectory)
  try {
    const verdicts: string[] = []
    const seen = (result: ResultFile) => {
      verdicts.push(result.servemark.verdict.status)
      return result
    }
    const itself = await compare(runs, async () => [seen(await same.next()), seen(await same.next())])
    const behind = await compare(planted, async () => [seen(await same.next()), seen(await worse.next())])
    const seconds = (performance.now() - began) / 1000
    const most = Math.max(1, Math.round(0.05 * runs))
    const passed = itself.failed <= most && behind.failed === planted
    for (const line of itself.lines) console.log(line)
    console.log(`A/A: ${itself.failed} of ${runs} comparisons of a server with itself failed the gate; allowed ${most}`)
    console.log(
      `planted: ${behind.failed} of ${planted} comparisons with one ${slower * 100} % slower failed it; all must`,
    )
    const invalid = verdicts.filter((each) => each === 'invalid').length
    console.log(
      `${verdicts.length} points in ${formatDuration(seconds)}, ${invalid} of them invalid (judged all the same): ${passed ? 'passed' : 'failed'}`,
    )
    if (!passed) process.exitCode = 1
  } finally {
    await Promise.all([same.stop(), worse.stop()])
    rmSync(outDirectory, { recursive: true })
  }
}

runScript('bench:gate', main)
