import { UserError } from '../errors.ts'
import { expandBench, type BackendRegistry } from '../plan/expand.ts'
import type { Bench } from '../plan/options.ts'
import type { ServerConfiguration } from '../plan/types.ts'
import {
  endpointsOf,
  readServerFiles,
  serverName,
  stateOf,
  type ServerFile,
  type ServerRecord,
  type StandingServer,
} from '../servers/standing-server.ts'

/** Options that say which server is meant. */
const telling = {
  backends: ({ backend }: ServerRecord) => backend,
  model: ({ model }: ServerRecord) => model,
  tensorParallel: ({ parameters }: ServerRecord) => parameters.tensorParallel,
  maxRaggedBatchSize: ({ parameters }: ServerRecord) => parameters.maxRaggedBatchSize,
  replicas: ({ parameters }: ServerRecord) => parameters.replicas,
} as const

/** The state files that the options of a command line mean; those that it does not name leave open which. */
export function chosenServers(
  files: readonly ServerFile[],
  options: Readonly<Record<string, unknown>>,
): readonly ServerFile[] {
  return files.filter(({ record }) =>
    Object.entries(telling).every(
      ([key, of]) => options[key] === undefined || [options[key]].flat().includes(of(record)),
    ),
  )
}

/**
 * The servers of an output directory that can be measured. Throws a UserError when there is none; those that are chosen and
 * cannot are told to `note`.
 */
export function standingServers(
  outDirectory: string,
  options: Readonly<Record<string, unknown>>,
  note: (line: string) => void,
): readonly StandingServer[] {
  const found: StandingServer[] = []
  const others: string[] = []
  for (const { record } of chosenServers(readServerFiles(outDirectory), options)) {
    const state = stateOf(record)
    if (record.phase === 'running' && state === 'alive') found.push(record)
    else others.push(`${serverName(record)} ${unusable[state]}`)
  }
  if (found.length === 0) {
    const reason = others.length === 0 ? 'no such server was started from here' : others.join('; ')
    throw new UserError(`--client-only: ${reason}. Start one: npm run server -- start --project NAME --backend NAME`)
  }
  for (const other of others) note(`--client-only: ${other}`)
  return found
}

const unusable = {
  dead: 'is dead',
  starting: 'is still being started',
  elsewhere: 'is on another host',
  alive: 'is still being started',
} as const

/** A bench as its standing servers run it: their model and parameters, the bench's points. */
export function standingConfigurations(
  name: string,
  bench: Bench,
  servers: readonly StandingServer[],
  backends: BackendRegistry,
): readonly ServerConfiguration[] {
  return servers
    .filter((server) => server.bench === name)
    .flatMap((server) => {
      const { backend, model, parameters } = server
      const { own, serverArgs, tensorParallel, maxRaggedBatchSize, replicas } = parameters
      const [first, ...others] = endpointsOf(server).map(({ url }) => url)
      const running: Bench = {
        ...bench,
        model,
        backends: [{ ...own, name: backend }],
        tensorParallel: [tensorParallel],
        maxRaggedBatchSize: [maxRaggedBatchSize],
        replicas: [replicas],
        serverArgs,
        env: {},
        deploymentName: null,
        fp6: false,
        baseUrl: null,
      }
      const endpoint = { baseUrl: first ?? '', others, headers: bench.header, ours: true }
      return expandBench(name, running, backends).map((configuration) => Object.assign({}, configuration, { endpoint }))
    })
}
