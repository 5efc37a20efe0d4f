import type { Backend, Launch } from '../backends/backend.ts'
import { secretsOf } from '../backends/redactor.ts'
import { launchesOf } from '../backends/replicas.ts'
import { UserError } from '../errors.ts'
import { longestRequest } from '../plan/describe-plan.ts'
import type { ServerConfiguration } from '../plan/types.ts'
import { launchServer, type LaunchOptions } from '../servers/launch-server.ts'
import { releasePorts, reservePorts, reservePortsTogether } from '../servers/ports.ts'
import type { RunningServer } from '../servers/running-server.ts'
import { describeExit } from '../servers/server-exit.ts'

export interface LaunchedServer {
  /** How messages call it: `vllm`, `vllm replica 2 of 3`. */
  readonly name: string
  readonly launch: Launch
  readonly running: RunningServer
}

/** One, or one for each replica where the server makes none of its own. */
export type LaunchedServers = readonly [LaunchedServer, ...LaunchedServer[]]

interface Options extends Omit<LaunchOptions, 'name'> {
  /** GPUs of this machine; 0 or absent: none, or not known. */
  readonly gpus?: number
}

/**
 * Starts a configuration's server, or all its replicas at once, on free ports and waits until they are ready. Rejects as
 * `launchServer` does, for the first that fails; then nothing of the others is left either.
 */
export async function launchConfiguration(
  configuration: ServerConfiguration,
  backend: Backend,
  options: Options,
): Promise<LaunchedServers> {
  if (!backend.launch) {
    throw new UserError(`${backend.id}: where is the server? Give its address: --base-url http://host:8000`, 2)
  }
  const { model, parameters } = configuration
  if (model === null) throw new UserError(`${configuration.bench}: needs a model: --model NAME`, 2)
  const { tokens, clients } = longestRequest(configuration)
  const { ownReplicas } = backend
  const ports = ownReplicas
    ? await reservePortsTogether(ownReplicas.portOffsets(parameters))
    : await reservePorts(parameters.replicas)
  try {
    const context = { model, parameters, ports, maxTotalTokens: tokens, maxConcurrency: clients }
    const environment = options.baseEnv ?? process.env
    const { gpus = 0 } = options
    const visible = environment['CUDA_VISIBLE_DEVICES'] ?? (gpus > 0 ? allGpus(gpus) : undefined)
    const launches = await launchesOf(backend, context, visible)
    return await launchAll(backend.id, launches, options)
  } finally {
    releasePorts(ports)
  }
}

async function launchAll(id: string, launches: readonly Launch[], options: Options): Promise<LaunchedServers> {
  const failing = new AbortController()
  const signal = AbortSignal.any([options.signal, failing.signal])
  const starting = launches.map(async (launch, index): Promise<LaunchedServer> => {
    const name = replicaName(id, index, launches.length)
    const logFile = replicaLog(options.logFile, index, launches.length)
    try {
      const running = await launchServer(launch, {
        ...options,
        signal,
        name,
        logFile,
        secrets: secretsOf(options.baseEnv ?? process.env, [launch.argv, launch.env]),
      })
      void running.exited.then((exit) => failing.abort(diedWhile(name, running, describeExit(exit), 'others loaded')))
      return { name, launch, running }
    } catch (error) {
      failing.abort(error)
      throw error
    }
  })
  const settled = await Promise.allSettled(starting)
  const [first, ...others] = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  if (first && others.length === launches.length - 1 && !failing.signal.aborted) return [first, ...others]
  await Promise.all((first ? [first, ...others] : []).map(async ({ running }) => await running.stop()))
  options.signal.throwIfAborted()
  throw failing.signal.reason
}

const allGpus = (count: number) => Array.from({ length: count }, (_, gpu) => gpu).join(',')

const replicaName = (id: string, index: number, count: number) =>
  count === 1 ? id : `${id} replica ${index + 1} of ${count}`

/** The log of a replica among `count`; of one server it is the file itself. */
export const replicaLog = (logFile: string, index: number, count: number) =>
  count === 1 ? logFile : logFile.replace(/(\.log)?$/, `-${index + 1}.log`)

/** One line with the end of the log, for a server that ended by itself. */
export function diedWhile(name: string, running: RunningServer, ending: string, what: string): UserError {
  const lines = running.logTail(8).map((line) => `\n  | ${line}`)
  return new UserError(`${name}: the server ${ending} while ${what}. Log: ${running.logFile}${lines.join('')}`)
}

/** What files of a configuration's server are called. */
export function serverFileName({ bench, label }: ServerConfiguration): string {
  return `${bench}-${label}`.replaceAll(/[^\w.+-]+/g, '-')
}
