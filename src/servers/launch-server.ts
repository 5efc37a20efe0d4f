import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { Launch } from '../backends/backend.ts'
import { UserError } from '../errors.ts'
import { installationHint } from './installation-hint.ts'
import { startLogFilter, type LogFilter } from './log-filter.ts'
import { readLogTail } from './log-tail.ts'
import { acceptsConnections, addressesIn, addressOf, type Address } from './ports.ts'
import { foreignListener } from './port-owner.ts'
import { createFamily, familyVariable, type ProcessFamily } from './process-family.ts'
import { identityOf } from './process-tree.ts'
import { describeAnswer, untilReady, type ReadinessAnswer } from './readiness.ts'
import type { RunningServer, ServerEvent, StartupTimes, StopReport } from './running-server.ts'
import { guardFamily, type Guard } from './sentinel.ts'
import { defaultStopLimits, stopFamily, type StopLimits } from './stop-family.ts'
import { describeExit, type ServerExit } from './server-exit.ts'

export interface LaunchOptions {
  /** Takes all that the server writes; appended to, directories are made. */
  readonly logFile: string
  /** Ends the loading at once, by KILL. A server that is ready is ended by `stop()` only. */
  readonly signal: AbortSignal
  /** How messages call the server; default: the program's name. */
  readonly name?: string
  readonly onEvent?: (event: ServerEvent) => void
  /** Default: the launch's own. */
  readonly startupTimeoutSeconds?: number
  /** What `launch.env` is laid over; default: this process's environment. */
  readonly baseEnv?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** What must not stand in the log, e.g. keys on the command line, which servers print. */
  readonly secrets?: readonly string[]
  readonly stop?: Partial<StopLimits>
}

const shownLines = 12
/** Where a traceback may stand above the last lines. */
const searchedLines = 40

/**
 * Starts a server in its own process group and resolves when it is ready.
 *
 * Rejects with a UserError when the port is taken, the program is missing, the process ends while loading or is not
 * ready in time; with the signal's reason when aborted. Then nothing of it is left.
 */
export async function launchServer(launch: Launch, options: LaunchOptions): Promise<RunningServer> {
  const { signal, onEvent = () => {} } = options
  const name = options.name ?? basename(launch.argv[0])
  const logFile = resolve(options.logFile)
  const limits = { ...defaultStopLimits, ...options.stop }
  signal.throwIfAborted()
  await refuseTakenPorts(launch, name)
  signal.throwIfAborted()

  const start = performance.now()
  const secondsSinceStart = (): number => (performance.now() - start) / 1000
  const guard = guardFamily({ graceSeconds: limits.terminateSeconds })
  let spawned: SpawnedServer
  try {
    spawned = await spawnServer(launch, options, { guard, logFile, name })
  } catch (error) {
    guard.release()
    throw error
  }
  const { child, pid, logStart, family, filter } = spawned
  const logTail = (lines: number): string[] => readLogTail(logFile, lines, logStart)
  const spawn_s = secondsSinceStart()
  onEvent({ kind: 'spawned', pid })

  let stopAsked = false
  const alive = (): boolean => child.exitCode === null && child.signalCode === null
  const exited = new Promise<ServerExit>((resolve) => {
    const settle = async (code: number | null, signal: NodeJS.Signals | null): Promise<void> => {
      const exit = { kind: stopAsked ? 'stopped' : 'crashed', code, signal, aliveSeconds: secondsSinceStart() } as const
      // Its children have lost their parent now: write down who they are.
      guard.add(family.remember())
      await filter?.written()
      onEvent({ kind: 'exited', exit })
      resolve(exit)
    }
    if (alive()) child.once('exit', (code, signal) => void settle(code, signal))
    else void settle(child.exitCode, child.signalCode)
  })

  async function end(own: Launch['stop'] | null): Promise<StopReport> {
    const terminateSeconds = own === null ? 0 : limits.terminateSeconds
    const stopped = await stopFamily(family, { ...limits, own, terminateSeconds }, addressesOf(launch), (step) => {
      // Not before: a server that ended just ahead of the first signal has crashed.
      stopAsked = true
      onEvent({ kind: 'stopping', step })
    })
    const { remaining } = stopped
    if (remaining.length === 0) guard.release()
    return { ...stopped, exit: remaining.some((left) => left.pid === pid) ? null : await exited }
  }

  let startup: StartupTimes
  try {
    startup = await load()
  } catch (error) {
    // Nothing to save, and servers that load may swallow gentler signals.
    await end(null)
    throw error
  }
  onEvent({ kind: 'ready', startup })

  let left = false
  let report: Promise<StopReport> | null = null
  const stop = (): Promise<StopReport> => (report ??= end(launch.stop))
  return {
    endpoints: launch.endpoints,
    argv: launch.argv,
    pid,
    pgid: pid,
    logFile,
    startup,
    exited,
    alive,
    logTail,
    stop,
    family: () => ({ id: guard.id, leader: family.leader ?? { pid, startTicks: null }, members: family.living() }),
    leave() {
      left = true
      guard.release()
      child.unref()
    },
    [Symbol.asyncDispose]: async () => void (left || (await stop())),
  }

  async function load(): Promise<StartupTimes> {
    const timeoutSeconds = options.startupTimeoutSeconds ?? launch.readiness.timeoutSeconds
    const ending = new AbortController()
    const deadline = setTimeout(() => ending.abort('deadline'), timeoutSeconds * 1000)
    const onAbort = (): void => ending.abort('aborted')
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    void exited.then(() => ending.abort('exited'))

    let portOpen: number | null = null
    let last: ReadinessAnswer | null = null
    let lastLook = 0
    try {
      await untilReady(launch.readiness.url, ending.signal, (answer) => {
        last = answer
        const seconds = secondsSinceStart()
        if (answer.kind !== 'refused') portOpen ??= seconds
        if (answer.kind === 'status' && answer.status === 200) return
        onEvent({ kind: 'loading', seconds, answer, lastLine: logTail(1)[0] ?? null })
        if (seconds - lastLook >= 1) {
          guard.add(family.remember())
          lastLook = seconds
        }
      })
      const ready_s = secondsSinceStart()
      if (!alive()) throw await exitedWhileLoading()
      guard.add(family.remember())
      refuseForeignListener()
      return { spawn_s, port_open_s: portOpen ?? ready_s, ready_s }
    } catch (error) {
      if (error !== ending.signal.reason) throw error
      if (error === 'aborted') throw signal.reason
      if (error === 'exited') throw await exitedWhileLoading()
      throw new UserError(
        `${name}: not ready within ${timeoutSeconds} s; ${launch.readiness.url} ${describeAnswer(last)}. ` +
          withLog(logFile, logTail),
      )
    } finally {
      clearTimeout(deadline)
      signal.removeEventListener('abort', onAbort)
    }
  }

  async function exitedWhileLoading(): Promise<UserError> {
    const exit = await exited
    const hint = exit.code === 0 ? null : installationHint(logTail(searchedLines), launch)
    if (hint !== null) {
      return new UserError(`${name}: the server ${describeExit(exit)} while loading: ${hint}. Log: ${logFile}`)
    }
    return new UserError(
      `${name}: the server ${describeExit(exit)} while loading, after ${exit.aliveSeconds.toFixed(1)} s. ` +
        withLog(logFile, logTail),
    )
  }

  function refuseForeignListener(): void {
    const address = addressOf(launch.readiness.url)
    const foreign = foreignListener(address.port, family)
    if (foreign === null) return
    throw new UserError(
      `${name}: port ${address.port} is also held by another process (pid ${foreign.pid}: ${foreign.command}), ` +
        `so answers may not be the server's. End it, or choose another port`,
    )
  }
}

interface SpawnedServer {
  readonly child: ChildProcess
  readonly pid: number
  readonly family: ProcessFamily
  /** Size of the log before this server wrote to it. */
  readonly logStart: number
  /** Null: the server writes its log itself. */
  readonly filter: LogFilter | null
}

async function spawnServer(
  launch: Launch,
  options: LaunchOptions,
  { guard, logFile, name }: { guard: Guard; logFile: string; name: string },
): Promise<SpawnedServer> {
  const log = openLog(logFile, name)
  try {
    const [program, ...args] = launch.argv
    const { secrets = [] } = options
    // The log as a file, not a pipe: nothing is lost if we die, and a server that writes much is never blocked.
    const filter = secrets.length === 0 ? null : startLogFilter(secrets, log.descriptor)
    const output = filter?.input ?? log.descriptor
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...(options.baseEnv ?? process.env), ...launch.env, [familyVariable]: guard.id },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
    filter?.handedOver()
    if (child.pid === undefined) {
      const error = await new Promise<NodeJS.ErrnoException>((resolve) => child.once('error', resolve))
      throw cannotStart(error, launch, options.cwd, name)
    }
    child.on('error', () => {})
    const leader = identityOf(child.pid)
    guard.lead(leader)
    return { child, pid: child.pid, family: createFamily(guard.id, leader), logStart: log.size, filter }
  } finally {
    closeSync(log.descriptor)
  }
}

function openLog(logFile: string, name: string): { descriptor: number; size: number } {
  try {
    mkdirSync(dirname(logFile), { recursive: true })
    const descriptor = openSync(logFile, 'a')
    return { descriptor, size: fstatSync(descriptor).size }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UserError(
      `${name}: cannot write the server's log ${logFile} (${code}). Choose another folder: --out-dir ...`,
    )
  }
}

function cannotStart(error: NodeJS.ErrnoException, launch: Launch, cwd: string | undefined, name: string): UserError {
  const program = launch.argv[0]
  if (error.code === 'ENOENT') {
    const where = cwd === undefined ? '' : ` (from ${cwd})`
    return new UserError(`${name}: the program "${program}" was not found${where}. ${launch.missing}`)
  }
  if (error.code === 'EACCES') return new UserError(`${name}: the program "${program}" may not be run (EACCES)`)
  return new UserError(`${name}: cannot start "${program}" (${error.code ?? error.message})`)
}

/** Before the start: what answers now cannot be the server. */
async function refuseTakenPorts(launch: Launch, name: string): Promise<void> {
  for (const address of addressesOf(launch)) {
    if (!(await acceptsConnections(address))) continue
    throw new UserError(
      `${name}: ${address.host}:${address.port} is already in use: something answered there before the server was ` +
        `started. End it, or choose another port; to measure what runs there: --base-url`,
    )
  }
}

function addressesOf(launch: Launch): Address[] {
  return addressesIn([launch.readiness.url, ...launch.endpoints.map(({ url }) => url)])
}

function withLog(logFile: string, logTail: (lines: number) => string[]): string {
  const lines = logTail(shownLines)
  if (lines.length === 0) return `It wrote nothing to its log ${logFile}`
  return `Log: ${logFile}, its last lines:\n${lines.map((line) => `  | ${line}`).join('\n')}`
}
