import { join } from 'node:path'
import type { Backend, Endpoint, Launch } from '../backends/backend.ts'
import { normalizeBaseUrl } from '../backends/base-url.ts'
import { UserError } from '../errors.ts'
import type { ServerConfiguration } from '../plan/types.ts'
import type { RunningServer } from '../servers/running-server.ts'
import { describeExit } from '../servers/server-exit.ts'
import { launchConfiguration, serverFileName } from './launch-configuration.ts'
import type { RunContext } from './run-context.ts'

/** The server that a configuration is measured on: one that we started, or one that was there. */
export type ServerSession =
  | { readonly kind: 'endpoint'; readonly endpoints: readonly Endpoint[] }
  | {
      readonly kind: 'launched'
      readonly endpoints: readonly Endpoint[]
      readonly launch: Launch
      readonly running: RunningServer
    }

/** Starts the configuration's server and waits until it is ready, or takes its address. */
export async function openServer(
  configuration: ServerConfiguration,
  backend: Backend,
  context: RunContext,
  signal: AbortSignal,
): Promise<ServerSession> {
  if (backend.unavailable) throw new UserError(backend.unavailable)
  if (configuration.endpoint) {
    const { baseUrl, others = [] } = configuration.endpoint
    return {
      kind: 'endpoint',
      endpoints: [baseUrl, ...others].map((url) => ({ url: normalizeBaseUrl(url, backend.baseUrl) })),
    }
  }
  const launched = await launchConfiguration(configuration, backend, {
    logFile: join(context.runDirectory, `${serverFileName(configuration)}.server.log`),
    signal,
    startupTimeoutSeconds: context.startupTimeoutSeconds,
    baseEnv: context.environment,
  })
  return { kind: 'launched', endpoints: launched.running.endpoints, ...launched }
}

/** Ends the server if it is ours. A UserError when something of it is left. */
export async function closeServer(session: ServerSession): Promise<void> {
  if (session.kind === 'endpoint') return
  const report = await session.running.stop()
  if (report.clean) return
  const left = [...report.remaining.map(({ pid, command }) => `pid ${pid} (${command})`), ...report.openPorts]
  throw new UserError(`the server did not go: ${left.join(', ')} left. Log: ${session.running.logFile}`)
}

/** Aborts when our server ends by itself; its reason is a UserError with exit code and log tail. */
export function watchServer(session: ServerSession, name: string): { signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  let watching = true
  if (session.kind === 'launched') {
    void session.running.exited.then((exit) => {
      if (watching) controller.abort(diedError(session.running, name, describeExit(exit)))
    })
  }
  return {
    signal: controller.signal,
    end: () => {
      watching = false
    },
  }
}

export const isAlive = (session: ServerSession) => session.kind === 'endpoint' || session.running.alive()

function diedError(running: RunningServer, name: string, ending: string): UserError {
  const lines = running.logTail(8).map((line) => `\n  | ${line}`)
  return new UserError(`${name}: the server ${ending} while it was measured. Log: ${running.logFile}${lines.join('')}`)
}
