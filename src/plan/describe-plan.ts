import type { Backend } from '../backends/backend.ts'
import { createRedactor } from '../backends/redactor.ts'
import { launchesOf } from '../backends/replicas.ts'
import { shellQuote } from '../shell-quote.ts'
import type { BackendRegistry } from './expand.ts'
import { loadKind } from './load-shapes/index.ts'
import type { LoadedBench } from './load-bench.ts'
import type { Point, ServerConfiguration } from './types.ts'

/**
 * The plan of a bench as text: each server configuration with its command line, each point. Starts nothing.
 * `mark` says something of a point, e.g. whether it is measured already.
 */
export async function describePlan(
  loaded: LoadedBench,
  backends: BackendRegistry,
  mark: (configuration: ServerConfiguration, point: Point) => string = () => '',
): Promise<string[]> {
  const lines = [`${loaded.name}${loaded.bench.tags.length > 0 ? `  [${loaded.bench.tags.join(', ')}]` : ''}`]
  for (const configuration of loaded.configurations) {
    const backend = backends[configuration.backend]
    if (!backend) continue
    lines.push(`  ${configuration.label}  ${configuration.model ?? '(the model that the server lists)'}`)
    lines.push(`    ${await describeServer(configuration, backend)}`)
    lines.push(
      ...describePoints(configuration.points, (point) => mark(configuration, point)).map((line) => `    ${line}`),
    )
  }
  return lines
}

/** Points that differ in their load alone, and of which the same is to be said, share a line. */
function describePoints(points: readonly Point[], mark: (point: Point) => string): string[] {
  const groups = Map.groupBy(points, (point) => JSON.stringify([point.label.replace(/=[^=]*$/, ''), mark(point)]))
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const values = group.map((point) => point.label.slice(point.label.lastIndexOf('=') + 1))
    const requests = group.reduce((sum, point) => sum + point.requests, 0)
    const note = mark(first)
    return `${first.label.replace(/=[^=]*$/, '')}=${values.join(',')}  ${requests} requests${note ? `  ${note}` : ''}`
  })
}

/** Stands for ports that are drawn at the start. */
const firstPort = 26_500

async function describeServer(configuration: ServerConfiguration, backend: Backend): Promise<string> {
  if (configuration.endpoint) return `endpoint ${configuration.endpoint.baseUrl}`
  if (!backend.launch) return 'endpoint: give its address with --base-url http://host:8000'
  const lengths = longestRequest(configuration)
  const launches = await launchesOf(
    backend,
    {
      model: configuration.model ?? '',
      parameters: configuration.parameters,
      ports: Array.from({ length: configuration.parameters.replicas }, (_, replica) => firstPort + replica),
      maxTotalTokens: lengths.tokens,
      maxConcurrency: lengths.clients,
    },
    process.env['CUDA_VISIBLE_DEVICES'],
  )
  const lines = launches.map(({ argv, env }) => {
    const redactor = createRedactor({}, {}, [argv, env])
    const variables = Object.entries(redactor.value(env)).map(([name, value]) => `${name}=${shellQuote(value)}`)
    return `$ ${[...variables, ...redactor.args(argv).map(shellQuote)].join(' ')}`
  })
  return lines.join('\n    ')
}

/** The longest prompt + output, and the most requests in flight, that a configuration's points may ask for. */
export function longestRequest({ points }: ServerConfiguration): { tokens: number; clients: number } {
  // Lengths are normal: four standard deviations are as good as never passed, and the clip cuts what would.
  const longest = (mean: number, spread: number) => Math.ceil(mean * (1 + 4 * spread))
  const tokens = points.map((point) => {
    const clip = Math.max(point.maxPromptTokens, 3 * point.promptTokens)
    const prompt =
      point.promptsFile === null ? Math.min(clip, longest(point.promptTokens, point.promptTokensVar)) : clip
    return prompt + longest(point.outputTokens, point.outputTokensVar)
  })
  return {
    tokens: Math.max(1, ...tokens),
    clients: Math.max(1, ...points.map(({ load }) => loadKind(load).concurrency(load))),
  }
}
