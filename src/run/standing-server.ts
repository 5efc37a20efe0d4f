import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { createRedactor } from '../backends/redactor.ts'
import { findBackend } from '../backends/index.ts'
import { UserError } from '../errors.ts'
import { cannotWrite, makeFolder } from '../output-folder.ts'
import type { ServerConfiguration } from '../plan/types.ts'
import { hasProc, identityOf } from '../servers/process-tree.ts'
import type { ServerEvent } from '../servers/running-server.ts'
import {
  claimRecord,
  endpointsOf,
  hereAndNow,
  identityRecord,
  readRecord,
  removeRecord,
  replaceRecord,
  serverName,
  serversFolder,
  stateOf,
  stopStanding,
  type ServerRecord,
  type StandingServer,
  type StartedServer,
  type StartingServer,
} from '../servers/standing-server.ts'
import {
  launchConfiguration,
  replicaLog,
  serverFileName,
  type LaunchedServer,
  type LaunchedServers,
} from './launch-configuration.ts'

export interface StandingOptions {
  readonly outDirectory: string
  /** The options of the command line, for a later restart. */
  readonly options: Readonly<Record<string, unknown>>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly startupTimeoutSeconds: number
  /** Ends the loading. */
  readonly signal: AbortSignal
  readonly onEvent?: (event: ServerEvent) => void
}

/**
 * Starts a configuration's server and leaves it running. Rejects with a UserError when it runs already, or as a launch
 * of a run does; then nothing of this start is left.
 */
export async function startStanding(
  configuration: ServerConfiguration,
  options: StandingOptions,
): Promise<StandingServer> {
  if (!hasProc) {
    throw new UserError(
      'server: needs /proc (Linux): without it a later stop could not tell the server from another process',
    )
  }
  const folder = serversFolder(options.outDirectory)
  const path = join(folder, `${serverFileName(configuration)}.json`)
  const log = path.replace(/\.json$/, '.server.log')
  const claimed = startingRecord(configuration, options, log)
  writing(folder, () => makeFolder(folder))
  await claim(path, claimed)
  try {
    for (let replica = 0; replica < configuration.parameters.replicas; replica++) {
      const file = replicaLog(log, replica, configuration.parameters.replicas)
      if (existsSync(file)) renameSync(file, `${file}.old`)
    }
    const { outDirectory: _, options: _options, environment, ...launchOptions } = options
    const launched = await launchConfiguration(configuration, findBackend(configuration.backend), {
      ...launchOptions,
      logFile: log,
      baseEnv: environment,
    })
    return await leave(launched, claimed, path)
  } catch (error) {
    removeRecord(path)
    throw error
  }
}

/** Written down before they are let go: between the two they are still ended with this process. */
async function leave(servers: LaunchedServers, claimed: StartingServer, path: string): Promise<StandingServer> {
  try {
    const { starter: _, ...subject } = claimed
    const [first, ...others] = servers.map(startedRecord)
    if (!first) throw new Error('nothing was started')
    const record: StandingServer = { ...subject, phase: 'running', ...first, others }
    writing(path, () => replaceRecord(path, record))
    for (const { running } of servers) running.leave()
    return record
  } catch (error) {
    await Promise.all(servers.map(({ running }) => running.stop()))
    throw error
  }
}

function startedRecord({ launch, running }: LaunchedServer): StartedServer {
  const family = running.family()
  return {
    pid: running.pid,
    pgid: running.pgid,
    start_ticks: family.leader.startTicks,
    family: family.id,
    members: family.members.map(identityRecord),
    endpoints: running.endpoints.map(({ url }) => ({ url })),
    readiness: launch.readiness.url,
    log: running.logFile,
    stop: { signal: launch.stop.signal, grace_s: launch.stop.graceSeconds },
    argv: createRedactor(process.env, {}, [launch.argv, launch.env]).args(running.argv),
    startup: running.startup,
  }
}

function startingRecord(configuration: ServerConfiguration, options: StandingOptions, log: string): StartingServer {
  const { env, ...parameters } = configuration.parameters
  const { header, ...kept } = options.options
  const redactor = createRedactor(options.environment, {}, [configuration.parameters.serverArgs, env, kept, header])
  const shown = redactor.value(kept)
  const holdsKey = header !== undefined || JSON.stringify(shown) !== JSON.stringify(kept)
  return {
    schema_version: 1,
    phase: 'starting',
    bench: configuration.bench,
    configuration: configuration.label,
    backend: configuration.backend,
    model: configuration.model ?? '',
    parameters: redactor.value({ ...parameters, own: { ...parameters.own }, serverArgs: [...parameters.serverArgs] }),
    options: holdsKey ? null : { ...kept },
    ...hereAndNow(),
    started: new Date().toISOString(),
    log,
    starter: identityRecord(identityOf(process.pid)),
  }
}

/** Takes the state file for this start; one of a server that is gone gives way. */
async function claim(path: string, record: StartingServer): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (writing(path, () => claimRecord(path, record))) return
    const other = readRecord(path)
    if (other === null) continue
    const state = stateOf(other)
    if (state !== 'dead') throw new UserError(`${serverName(other)}: ${describeOther(other, state)}`)
    if (other.phase === 'running') await stopStanding(other)
    removeRecord(path)
  }
  throw new UserError(`${path}: other commands start and stop this server now. Try again`)
}

function describeOther(other: ServerRecord, state: 'starting' | 'alive' | 'elsewhere'): string {
  if (state === 'elsewhere') return `was started on host ${other.host}, which shares these results. Stop it there`
  if (other.phase === 'starting') return `is being started by pid ${other.starter.pid}. Wait for it`
  const { pid } = other
  const urls = endpointsOf(other)
    .map(({ url }) => url)
    .join(' ')
  return `runs already (pid ${pid}, ${urls}). Stop it first: npm run server -- stop --project ${other.bench}`
}

function writing<T>(path: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw error instanceof UserError ? error : cannotWrite(path, error)
  }
}
