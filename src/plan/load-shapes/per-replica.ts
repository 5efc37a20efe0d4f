import { UserError } from '../../errors.ts'
import type { Bench } from '../options.ts'

/** The bench with its load for so many replicas, where it is given for each of them. Throws a UserError for other loads. */
export function forReplicas(bench: Bench, replicas: number): Bench {
  if (!bench.perReplica) return bench
  if (bench.load || bench.stages) {
    throw new UserError('--per-replica goes with clients or request rates, not with load or stages', 2)
  }
  const times = (value: number) => value * replicas
  return {
    ...bench,
    clients: bench.clients.map(times),
    requestRate: bench.requestRate?.map(times) ?? null,
    requests: bench.requests === null ? null : times(bench.requests),
  }
}
