import { join } from 'node:path'
import type { Backend, Endpoint } from '../backends/backend.ts'
import { normalizeBaseUrl } from '../backends/base-url.ts'
import { UserError } from '../errors.ts'
import type { ServerConfiguration } from '../plan/types.ts'
import { describeHeldMemory, readGpuMemory, untilMemoryFree, type GpuMemory } from '../servers/gpu-memory.ts'
import { describeExit } from '../servers/server-exit.ts'
import { diedWhile, launchConfiguration, serverFileName, type LaunchedServers } from './launch-configuration.ts'
import type { RunContext } from './run-context.ts'

/** The server that a configuration is measured on: one that we started, or one that was there. */
export type ServerSession =
  | { readonly kind: 'endpoint'; readonly endpoints: readonly Endpoint[] }
  | {
      readonly kind: 'launched'
      readonly endpoints: readonly Endpoint[]
      readonly servers: LaunchedServers
      /** What the GPUs held before. */
      readonly gpus: readonly GpuMemory[]
    }

/** Starts the configuration's server and waits until it is ready, or takes its address. */
export async function openServer(
  configuration: ServerConfiguration,
  backend: Backend,
  context: RunContext,
  signal: AbortSignal,
): Promise<ServerSession> {
  if (configuration.endpoint) {
    const { baseUrl, others = [] } = configuration.endpoint
    return {
      kind: 'endpoint',
      endpoints: [baseUrl, ...others].map((url) => ({ url: normalizeBaseUrl(url, backend.baseUrl) })),
    }
  }
  const { environment, note } = context
  const gpus = await readGpuMemory(environment)
  const held = await describeHeldMemory(gpus, environment)
  if (held !== null) note(held)
  try {
    const servers = await launchConfiguration(configuration, backend, {
      logFile: join(context.runDirectory, `${serverFileName(configuration)}.server.log`),
      signal,
      startupTimeoutSeconds: context.startupTimeoutSeconds,
      baseEnv: environment,
      gpus: gpus.length,
    })
    return { kind: 'launched', endpoints: servers.flatMap(({ running }) => running.endpoints), servers, gpus }
  } catch (error) {
    if (!signal.aborted) await untilMemoryFree(gpus, { environment, note })
    throw error
  }
}

/**
 * Ends the server, with all its replicas, if it is ours, and waits for its GPU memory. A UserError when something of it is
 * left.
 */
export async function closeServer(
  session: ServerSession,
  context: Pick<RunContext, 'environment' | 'note'>,
): Promise<void> {
  if (session.kind === 'endpoint') return
  const reports = await Promise.all(
    session.servers.map(async ({ running }) => ({ report: await running.stop(), logFile: running.logFile })),
  )
  const unclean = reports.filter(({ report }) => !report.clean)
  const [first] = unclean
  if (!first) return await untilMemoryFree(session.gpus, context)
  const left = unclean.flatMap(({ report: { remaining, openPorts } }) => [
    ...remaining.map(({ pid, command }) => `pid ${pid} (${command})`),
    ...openPorts,
  ])
  throw new UserError(`the server did not go: ${left.join(', ')} left. Log: ${first.logFile}`)
}

/** Aborts when our server, or one of its replicas, ends by itself; its reason is a UserError with exit code and log tail. */
export function watchServer(session: ServerSession): { signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  let watching = true
  for (const { name, running } of session.kind === 'launched' ? session.servers : []) {
    void running.exited.then((exit) => {
      if (watching) controller.abort(diedWhile(name, running, describeExit(exit), 'it was measured'))
    })
  }
  return {
    signal: controller.signal,
    end: () => {
      watching = false
    },
  }
}

export const isAlive = (session: ServerSession) =>
  session.kind === 'endpoint' || session.servers.every(({ running }) => running.alive())
