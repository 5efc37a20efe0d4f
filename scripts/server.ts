import { constants } from 'node:os'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCommandLine, type CommandLine } from '../fixtures/command-line.ts'
import { findBenchFiles } from '../fixtures/projects.ts'
import { selectNames } from '../fixtures/select-names.ts'
import { backends } from '../src/backends/index.ts'
import { exitOnUserError, UserError } from '../src/errors.ts'
import { loadBench } from '../src/plan/load-bench.ts'
import type { ServerConfiguration } from '../src/plan/types.ts'
import { chosenServers } from '../src/run/client-only.ts'
import { startStanding } from '../src/run/standing-server.ts'
import { acquireHostLock, describeHolder } from '../src/servers/host-lock.ts'
import { readLogTail } from '../src/servers/log-tail.ts'
import { askReadiness, describeAnswer } from '../src/servers/readiness.ts'
import type { ServerEvent } from '../src/servers/running-server.ts'
import {
  deadOf,
  endpointsOf,
  processesOf,
  readServerFiles,
  removeRecord,
  serverName,
  stateOf,
  stopStanding,
  type ServerFile,
  type ServerRecord,
  type StandingServer,
} from '../src/servers/standing-server.ts'
import { flagsTakenByNpm } from './npm-flags.ts'
import { sortWords } from './sort-words.ts'

/** The server part alone: starts a server that outlives this command, tells of it, stops it. */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const help = `npm run server -- start|stop|restart|status [--project NAME] [--backend NAME] [options]

start    starts the server of one configuration and leaves it running once it is ready
stop     ends it and all that came from it
restart  stop, then start with the same options, and those given now over them
status   is it alive, and does it answer

Then: npm run bench -- --client-only   measures what runs, and starts and stops nothing.
Options are those of npm run bench that choose a server: --model, --tensor-parallel (-m), --max-ragged-batch-size (-b),
--replicas (-r), --deployment-name (-d), --server-args, --startup-timeout, --out-dir, --benches, --no-lock.`

const actions = { start, stop, restart, status } as const
type Action = keyof typeof actions

interface Asked {
  readonly commandLine: CommandLine
  /** Patterns of project names; none: all. */
  readonly projects: readonly string[]
  readonly outDirectory: string
}

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    ending.abort(new UserError(`${signal}: stopping; a server that was being started is not left running`))
    process.once('exit', () => {
      process.exitCode = 128 + constants.signals[signal]
    })
  })
}

await exitOnUserError(async () => {
  const eaten = flagsTakenByNpm(process.env)
  if (eaten.length > 0) {
    throw new UserError(
      `npm took ${eaten.join(' ')} for itself. Put -- first: npm run server -- start ${eaten[0]} ...`,
      2,
    )
  }
  const { action, rest } = splitAction(process.argv.slice(2))
  const { vitest, suite } = sortWords(rest)
  const commandLine = readCommandLine(['', '', '--', ...suite])
  if (commandLine.run.help || action === null) {
    console.log(help)
    if (!commandLine.run.help) process.exitCode = 2
    return
  }
  for (const note of commandLine.flags.notes) console.error(note)
  const asked = {
    commandLine,
    projects: vitest.filter((word) => word !== '--project').map((word) => word.replace(/^--project=/, '')),
    outDirectory: resolve(process.env['INIT_CWD'] ?? root, commandLine.run.outDir),
  }
  process.exitCode = await actions[action](asked)
})

/** The action may stand before the options, or behind them as in the original. */
function splitAction(words: readonly string[]): { action: Action | null; rest: readonly string[] } {
  const isAction = (word: string) => Object.hasOwn(actions, word)
  const found = [0, words.length - 1, words.findIndex(isAction)].find((index) => isAction(words[index] ?? ''))
  if (found !== undefined) return { action: words[found] as Action, rest: words.toSpliced(found, 1) }
  const [first = ''] = words
  if (first === '' || first === '--help' || first === '-h') return { action: null, rest: words }
  throw new UserError('server: say what to do: npm run server -- start | stop | restart | status [options]', 2)
}

async function start(asked: Asked): Promise<number> {
  const { configuration, startupTimeoutSeconds } = await chooseConfiguration(asked, asked.commandLine.flags.bench)
  using _turn = await takeTurn(asked)
  return await startOne(asked, configuration, startupTimeoutSeconds, asked.commandLine.flags.bench)
}

async function stop(asked: Asked): Promise<number> {
  using _turn = await takeTurn(asked)
  const file = chooseFile(asked)
  if (file === null) {
    console.log(`server: nothing to stop: ${noneText(asked)}`)
    return 0
  }
  return await stopOne(file)
}

async function restart(asked: Asked): Promise<number> {
  using _turn = await takeTurn(asked)
  const file = chooseFile(asked)
  const given = asked.commandLine.flags.bench
  const options = file === null ? given : { ...file.record.options, ...given }
  if (file?.record.options === null && Object.keys(given).length === 0) {
    throw new UserError(
      `${serverName(file.record)}: was started with a key, which is not stored. Give its options again`,
      2,
    )
  }
  const projects = file === null ? asked.projects : [file.record.bench]
  const { configuration, startupTimeoutSeconds } = await chooseConfiguration({ ...asked, projects }, options)
  if (file !== null) {
    const code = await stopOne(file)
    if (code !== 0) return code
  }
  return await startOne(asked, configuration, startupTimeoutSeconds, options)
}

async function status(asked: Asked): Promise<number> {
  const files = matching(asked)
  if (files.length === 0) console.log(`server: ${noneText(asked)}`)
  let allReady = files.length > 0
  for (const { record } of files) {
    const { ready, text } = await describeServer(record)
    allReady &&= ready
    console.log(`${serverName(record)}: ${text}`)
  }
  return allReady ? 0 : 1
}

async function startOne(
  { outDirectory }: Asked,
  configuration: ServerConfiguration,
  startupTimeoutSeconds: number,
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const record = await startStanding(configuration, {
    outDirectory,
    options,
    environment: process.env,
    startupTimeoutSeconds,
    signal: ending.signal,
    onEvent: loadingLines(`${configuration.bench} ${configuration.label}`),
  })
  const urls = endpointsOf(record)
    .map(({ url }) => url)
    .join(' ')
  const ready = Math.max(...processesOf(record).map(({ startup }) => startup.ready_s))
  console.log(
    `${serverName(record)}: ready after ${ready.toFixed(1)} s at ${urls}, ${pidsOf(record)}, log ${record.log}`,
  )
  console.log(`Measure it: npm run bench -- --client-only. Stop it: npm run server -- stop --project ${record.bench}`)
  return 0
}

async function stopOne({ path, record }: ServerFile): Promise<number> {
  const name = serverName(record)
  const state = stateOf(record)
  if (state === 'elsewhere') throw new UserError(`${name}: was started on host ${record.host}. Stop it there`)
  if (state === 'starting' && record.phase === 'starting') {
    throw new UserError(`${name}: is being started by pid ${record.starter.pid}. End that command with Ctrl-C`)
  }
  if (record.phase === 'starting') {
    removeRecord(path)
    console.log(`${name}: its start was cut short; nothing is left of it`)
    return 0
  }
  const { clean, how, remaining, openPorts, stopSeconds } = await stopStanding(record)
  if (!clean) {
    const left = [...remaining.map(({ pid, command }) => `pid ${pid} (${command})`), ...openPorts]
    throw new UserError(`${name}: did not go: ${left.join(', ')} left. Log: ${record.log}`)
  }
  removeRecord(path)
  const had = state === 'dead' ? `had died before${how === 'had-exited' ? '' : '; what was left of it is ended'}` : null
  console.log(`${name}: ${had ?? `stopped in ${stopSeconds.toFixed(1)} s`}; nothing is left running`)
  return 0
}

async function describeServer(record: ServerRecord): Promise<{ ready: boolean; text: string }> {
  const state = stateOf(record)
  if (state === 'elsewhere') return { ready: false, text: `was started on host ${record.host}; ask there` }
  if (record.phase === 'starting') {
    const text = state === 'dead' ? 'its start was cut short' : `starting since ${record.started}`
    return { ready: false, text: `${text}. Log: ${record.log}` }
  }
  if (state === 'dead') {
    const { pid, log } = deadOf(record) ?? record
    const lines = readLogTail(log, 5).map((line) => `\n  | ${line}`)
    return { ready: false, text: `dead: pid ${pid} ended, and not by npm run server. Log: ${log}${lines.join('')}` }
  }
  const urls = endpointsOf(record)
    .map(({ url }) => url)
    .join(' ')
  const answers = await Promise.all(
    processesOf(record).map(async ({ readiness }) => ({ readiness, answer: await askReadiness(readiness) })),
  )
  const late = answers.find(({ answer }) => answer.kind !== 'status' || answer.status !== 200)
  const ready = late === undefined
  const health = ready ? 'alive and ready' : `alive, not ready: ${late.readiness} ${describeAnswer(late.answer)}`
  return { ready, text: `${health}; ${pidsOf(record)}, since ${record.started}, ${urls}, log ${record.log}` }
}

/** `pid 12`, or `pid 12 13` for two replicas. */
function pidsOf(record: StandingServer): string {
  const pids = processesOf(record).map(({ pid }) => pid)
  return `pid ${pids.join(' ')}`
}

/** The one configuration that projects and options name. */
async function chooseConfiguration(asked: Asked, options: Readonly<Record<string, unknown>>) {
  const files = findBenchFiles(root, asked.commandLine.run.benches)
  const names = selectNames(
    asked.projects,
    files.map(({ name }) => name),
  )
  const known = files.map(({ name }) => name).join(', ')
  if (asked.projects.length === 0 && options['model'] === undefined) {
    throw new UserError(`server: which bench? --project NAME; known: ${known}`, 2)
  }
  const loaded = []
  for (const { name, path } of files.filter((file) => names.includes(file.name))) {
    // Without a project the model tells the bench, as the original's --model_name does.
    const bench = await loadBench(name, path, path, asked.projects.length === 0 ? {} : options, backends)
    if (asked.projects.length > 0) loaded.push(bench)
    else if (bench.bench.model === options['model']) loaded.push(await loadBench(name, path, path, options, backends))
  }
  const configurations = loaded.flatMap((each) => each.configurations)
  const [configuration] = configurations
  const [bench] = loaded
  if (!configuration || !bench) {
    throw new UserError(
      `server: no bench fits ${asked.projects.join(' ') || String(options['model'])}; known: ${known}`,
      2,
    )
  }
  if (configurations.length > 1) {
    const labels = configurations.map((each) => `${each.bench} ${each.label}`).join(', ')
    throw new UserError(
      `server: one at a time, and these fit: ${labels}. Choose with --project, --backend, --tensor-parallel, ...`,
      2,
    )
  }
  if (configuration.endpoint) throw new UserError('server: what runs at --base-url is not started from here', 2)
  return { configuration, startupTimeoutSeconds: bench.bench.startupTimeout }
}

function matching({ commandLine, projects, outDirectory }: Asked): ServerFile[] {
  const files = chosenServers(readServerFiles(outDirectory), commandLine.flags.bench)
  const names = new Set(selectNames(projects, [...new Set(files.map(({ record }) => record.bench))]))
  return files.filter(({ record }) => names.has(record.bench))
}

/** The one server that is meant; null: none. */
function chooseFile(asked: Asked): ServerFile | null {
  const files = matching(asked)
  if (files.length > 1) {
    const names = files.map(({ record }) => serverName(record)).join(', ')
    throw new UserError(`server: these fit: ${names}. Choose with --project, --backend, --tensor-parallel, ...`, 2)
  }
  return files[0] ?? null
}

function noneText({ projects, outDirectory }: Asked): string {
  const of = projects.length > 0 ? ` of ${projects.join(' ')}` : ''
  return `no server${of} was started from here (${basename(outDirectory)}/servers)`
}

/** Loading a model, or ending one, would disturb a measurement on this host. */
async function takeTurn({ commandLine }: Asked): Promise<Disposable> {
  if (!commandLine.run.lock) return { [Symbol.dispose]: () => {} }
  return await acquireHostLock({
    wait: true,
    signal: ending.signal,
    command: `npm run server -- ${process.argv[2] ?? ''}`,
    onWait: (holder) => process.stderr.write(`Waiting for ${describeHolder(holder)}; --no-lock does not wait\n`),
  })
}

/** A line at the start, and now and then while a model loads. */
function loadingLines(name: string): (event: ServerEvent) => void {
  let next = 10
  return (event) => {
    if (event.kind === 'spawned') console.log(`${name}: starting, pid ${event.pid}`)
    if (event.kind !== 'loading' || event.seconds < next) return
    next = event.seconds * 1.5
    console.log(`  loading for ${Math.round(event.seconds)} s${event.lastLine === null ? '' : `: ${event.lastLine}`}`)
  }
}
