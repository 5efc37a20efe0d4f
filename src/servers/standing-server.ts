import { randomUUID } from 'node:crypto'
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import { addressesIn } from './ports.ts'
import { createFamily } from './process-family.ts'
import { isAlive, type ProcessIdentity } from './process-tree.ts'
import type { EndStep } from './end-family.ts'
import { defaultStopLimits, stopFamily, type StoppedFamily } from './stop-family.ts'

const identity = z.object({ pid: z.int().positive(), start_ticks: z.int().nullable() })
const subject = {
  schema_version: z.literal(1),
  bench: z.string(),
  /** Label of the server configuration. */
  configuration: z.string(),
  backend: z.string(),
  model: z.string(),
  parameters: z.object({
    tensorParallel: z.int(),
    maxRaggedBatchSize: z.int(),
    replicas: z.int(),
    own: z.record(z.string(), z.unknown()),
    serverArgs: z.array(z.string()),
  }),
  /** The options of its start, to start it again; null when they hold a key. */
  options: z.record(z.string(), z.unknown()).nullable(),
  host: z.string(),
  /** Tells a pid of today from one before the machine started; null where the system does not say. */
  boot_id: z.string().nullable(),
  started: z.string(),
  log: z.string(),
}
/** One server process and all that came from it. */
const started = {
  pid: z.int().positive(),
  pgid: z.int().positive(),
  /** Start time of `pid` in clock ticks since boot. */
  start_ticks: z.int().nullable(),
  family: z.string(),
  members: z.array(identity),
  endpoints: z.array(z.object({ url: z.string() })).min(1),
  readiness: z.string(),
  log: z.string(),
  stop: z.object({ signal: z.string(), grace_s: z.number() }),
  /** Without keys. */
  argv: z.array(z.string()),
  startup: z.object({ spawn_s: z.number(), port_open_s: z.number(), ready_s: z.number() }),
}
const starting = z.object({ phase: z.literal('starting'), ...subject, starter: identity })
const running = z.object({
  phase: z.literal('running'),
  ...subject,
  ...started,
  /** Its other replicas, where each is a server of its own. */
  others: z.array(z.object(started)).default([]),
})
const recordSchema = z.discriminatedUnion('phase', [starting, running])

/** A server that outlives the command that started it, as its state file holds it. JSON, snake case. */
export type StandingServer = z.output<typeof running>
export type StartingServer = z.output<typeof starting>
export type StartedServer = z.output<z.ZodObject<typeof started>>
export type ServerRecord = StandingServer | StartingServer

export interface ServerFile {
  readonly path: string
  readonly record: ServerRecord
}

/** `elsewhere`: on another host, of which nothing can be told from here. */
export type ServerState = 'starting' | 'alive' | 'dead' | 'elsewhere'

/** `smoke llamacpp` */
export const serverName = ({ bench, configuration }: Pick<ServerRecord, 'bench' | 'configuration'>) =>
  `${bench} ${configuration}`

export const serversFolder = (outDirectory: string) => join(outDirectory, 'servers')

/** The state files of an output directory, by name. Throws a UserError for one that cannot be read. */
export function readServerFiles(outDirectory: string): ServerFile[] {
  const folder = serversFolder(outDirectory)
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      const record = readRecord(join(folder, name))
      return record === null ? [] : [{ path: join(folder, name), record }]
    })
}

/** Null when there is none. */
export function readRecord(path: string): ServerRecord | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new UserError(`cannot read ${path} (${(error as NodeJS.ErrnoException).code})`)
  }
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch {
    throw new UserError(`${path}: not the state of a server. End that server by hand and remove the file`)
  }
}

/** Writes a state file where there is none, whole or not at all. False: there is one. Throws the system's error. */
export function claimRecord(path: string, record: ServerRecord): boolean {
  const aside = writeAside(path, record)
  try {
    linkSync(aside, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

/** Replaces a state file. Throws the system's error. */
export function replaceRecord(path: string, record: ServerRecord): void {
  renameSync(writeAside(path, record), path)
}

export function removeRecord(path: string): void {
  rmSync(path, { force: true })
}

export function stateOf(record: ServerRecord): ServerState {
  if (record.host !== hostname()) return 'elsewhere'
  if (record.boot_id !== bootId()) return 'dead'
  if (record.phase === 'starting') return isAlive(identityIn(record.starter)) ? 'starting' : 'dead'
  return processesOf(record).every((started) => isAlive(identityIn(started))) ? 'alive' : 'dead'
}

/** The first of its processes that has ended. */
export const deadOf = (record: StandingServer) =>
  processesOf(record).find((started) => record.boot_id !== bootId() || !isAlive(identityIn(started)))

/** The server and its replicas. */
export const processesOf = (record: StandingServer): readonly StartedServer[] => [record, ...record.others]

/** Where requests go: all endpoints of all replicas. */
export const endpointsOf = (record: StandingServer) => processesOf(record).flatMap(({ endpoints }) => endpoints)

/** Ends the server and all that came from it, by pid and start time; what had ended already leaves nothing to do. */
export async function stopStanding(
  record: StandingServer,
  onStep: (step: EndStep) => void = () => {},
): Promise<StoppedFamily> {
  if (record.boot_id !== bootId()) {
    return { how: 'had-exited', stopSeconds: 0, remaining: [], openPorts: [], clean: true }
  }
  const stopped = await Promise.all(processesOf(record).map((started) => stopStarted(started, onStep)))
  const slowest = stopped.reduce((one, other) => (other.stopSeconds > one.stopSeconds ? other : one))
  return {
    ...slowest,
    remaining: stopped.flatMap(({ remaining }) => remaining),
    openPorts: stopped.flatMap(({ openPorts }) => openPorts),
    clean: stopped.every(({ clean }) => clean),
  }
}

async function stopStarted(started: StartedServer, onStep: (step: EndStep) => void): Promise<StoppedFamily> {
  const family = createFamily(started.family, identityIn(started), started.members.map(identityIn))
  const { signal, grace_s } = started.stop
  // The port of a server that is long gone may be another's by now.
  const urls = family.living().length === 0 ? [] : [started.readiness, ...started.endpoints.map(({ url }) => url)]
  const own = { signal: signal as NodeJS.Signals, graceSeconds: grace_s }
  return await stopFamily(family, { ...defaultStopLimits, own }, addressesIn(urls), onStep)
}

/** The part of a record that says which machine it is on, and since which start of it. */
export function hereAndNow(): { host: string; boot_id: string | null } {
  return { host: hostname(), boot_id: bootId() }
}

export const identityRecord = ({ pid, startTicks }: ProcessIdentity) => ({ pid, start_ticks: startTicks })

function identityIn({ pid, start_ticks }: { pid: number; start_ticks: number | null }): ProcessIdentity {
  return { pid, startTicks: start_ticks }
}

function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return null
  }
}

/** Not named `.json`, so that no reader takes it for a state. */
function writeAside(path: string, record: ServerRecord): string {
  const aside = join(path, '..', `.${basename(path)}.${randomUUID()}`)
  writeFileSync(aside, `${JSON.stringify(record, null, 2)}\n`, { flag: 'wx' })
  return aside
}
