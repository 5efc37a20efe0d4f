import type { Backend, Launch } from '../backends/backend.ts'
import { UserError } from '../errors.ts'
import { longestRequest } from '../plan/describe-plan.ts'
import type { ServerConfiguration } from '../plan/types.ts'
import { launchServer, type LaunchOptions } from '../servers/launch-server.ts'
import { releasePorts, reservePorts } from '../servers/ports.ts'
import type { RunningServer } from '../servers/running-server.ts'

export interface LaunchedServer {
  readonly launch: Launch
  readonly running: RunningServer
}

/** Starts a configuration's server on free ports and waits until it is ready. Rejects as `launchServer` does. */
export async function launchConfiguration(
  configuration: ServerConfiguration,
  backend: Backend,
  options: Omit<LaunchOptions, 'name'>,
): Promise<LaunchedServer> {
  if (backend.unavailable) throw new UserError(backend.unavailable)
  if (!backend.launch) {
    throw new UserError(`${backend.id}: where is the server? Give its address: --base-url http://host:8000`, 2)
  }
  if (configuration.model === null) throw new UserError(`${configuration.bench}: needs a model: --model NAME`, 2)
  const { tokens, clients } = longestRequest(configuration)
  const ports = await reservePorts(configuration.parameters.replicas)
  try {
    const launch = await backend.launch({
      model: configuration.model,
      parameters: configuration.parameters,
      ports,
      maxTotalTokens: tokens,
      maxConcurrency: clients,
    })
    return { launch, running: await launchServer(launch, { ...options, name: backend.id }) }
  } finally {
    releasePorts(ports)
  }
}

/** What files of a configuration's server are called. */
export function serverFileName({ bench, label }: ServerConfiguration): string {
  return `${bench}-${label}`.replaceAll(/[^\w.+-]+/g, '-')
}
