import { basename } from 'node:path'
import type { Probe } from '../backends/backend.ts'
import type { Redactor } from '../backends/redactor.ts'
import type { ReplicaBlock, ServerBlock } from '../result/schema.ts'
import type { PointMeasurement } from './point-measurement.ts'
import type { ReadyServer } from './ready-server.ts'

/** What the result says of the server. */
export function serverBlock({ configuration, backend, ready, redactor }: PointMeasurement): ServerBlock {
  const { session, probe } = ready
  const replicas = replicaBlocks(ready, redactor)
  const [first] = replicas
  return {
    backend: backend.id,
    backend_label: backend.label,
    label: configuration.label,
    identity: redactor.value(identityOf(probe)),
    argv: first?.argv ?? null,
    endpoint: redactor.text(session.endpoints.map(({ url }) => url).join(' ')),
    startup: slowest(replicas.flatMap(({ startup }) => (startup ? [startup] : []))),
    promises: { ...backend.promises },
    caveat: backend.caveat?.(configuration.model ?? probe.model) ?? null,
    ...(replicas.length > 1 && { replicas }),
  }
}

function replicaBlocks({ session, probes, firstTokenSeconds }: ReadyServer, redactor: Redactor): ReplicaBlock[] {
  return session.endpoints.map(({ url }, index) => {
    const launched = session.kind === 'launched' ? session.servers[index] : undefined
    const probe = probes[index]
    const { startup, argv, logFile } = launched?.running ?? { startup: null, argv: null, logFile: null }
    return {
      endpoint: redactor.text(url),
      identity: probe ? redactor.value(identityOf(probe)) : {},
      argv: argv && redactor.args(argv),
      gpus: launched?.launch.env['CUDA_VISIBLE_DEVICES'] ?? null,
      log: logFile === null ? null : basename(logFile),
      startup: startup && { ...startup, first_token_s: firstTokenSeconds?.[index] ?? null },
    }
  })
}

const identityOf = (probe: Probe) => ({
  ...probe.identity,
  version: probe.version,
  max_model_length: probe.maxModelLength,
})

/** All must be there: what took longest counts. */
function slowest(startups: readonly Readonly<Record<string, number | null>>[]): Record<string, number | null> | null {
  const [first] = startups
  if (!first) return null
  return Object.fromEntries(
    Object.keys(first).map((name) => {
      const times = startups.map((startup) => startup[name] ?? null)
      return [name, times.includes(null) ? null : Math.max(...times.map(Number))]
    }),
  )
}
