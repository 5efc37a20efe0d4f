import type { Backend, Probe, ProbeHttp, Target } from '../backends/backend.ts'
import { UserError } from '../errors.ts'

interface ProbedReplica {
  readonly probe: Probe
  /** On the clock of `performance.now`. */
  readonly answeredAt: number
}

/**
 * Asks every endpoint what it is. Throws a UserError when they are not replicas of one server: requests are shaped by the
 * first.
 */
export async function probeReplicas(
  backend: Backend,
  http: ProbeHttp,
  target: Target,
  signal: AbortSignal,
): Promise<readonly [ProbedReplica, ...ProbedReplica[]]> {
  const probed = await Promise.all(
    target.endpoints.map(async (endpoint) => {
      const probe = await backend.probe(http, { ...target, endpoints: [endpoint] }, signal)
      return { probe, answeredAt: performance.now() }
    }),
  )
  const [first, ...others] = probed
  if (!first) throw new Error('a target without endpoints')
  for (const [index, { probe }] of others.entries()) {
    const differs = facts.find((fact) => probe[fact] !== first.probe[fact])
    if (differs === undefined) continue
    const [one, other] = [target.endpoints[0]?.url, target.endpoints[index + 1]?.url]
    throw new UserError(
      `${backend.id}: ${one} and ${other} are not replicas of one server: ${words[differs]} ${first.probe[differs]} and ${probe[differs]}`,
    )
  }
  return [first, ...others]
}

const words = { model: 'models', version: 'versions', maxModelLength: 'longest contexts' } as const
const facts = Object.keys(words) as readonly (keyof typeof words)[]
