import type { ClassicGroup, ClassicPoint } from './classic-point.ts'
import { classicThroughput } from './formulas.ts'
import { along } from './groups.ts'

/** One figure of the original's replica plot: throughput at a number of clients a replica, against the replicas. */
export interface ReplicaScaling {
  readonly group: Omit<ClassicGroup, 'replicas'>
  /** floor(clients / replicas), as the original computes it: 0 is a point with fewer clients than replicas. */
  readonly clientsPerReplica: number
  readonly replicas: readonly number[]
  /** queries/s, by replicas; null where a point has none. */
  readonly throughput: readonly (number | null)[]
}

/** The figures that have as many points as the set has numbers of replicas; the others are left out. */
export function replicaScaling(points: readonly ClassicPoint[]): ReplicaScaling[] {
  return along(points, 'replicas').flatMap(({ group, values, points }) => {
    const ascending = points.toSorted((a, b) => a.group.replicas - b.group.replicas || a.clients - b.clients)
    const byLoad = Map.groupBy(ascending, (point) => Math.floor(point.clients / point.group.replicas))
    return [...byLoad]
      .filter(([, members]) => members.length === values.length)
      .map(([clientsPerReplica, members]) => ({
        group,
        clientsPerReplica,
        replicas: values,
        throughput: members.map(({ requests, clients }) => classicThroughput(requests, clients).value),
      }))
      .sort((a, b) => a.clientsPerReplica - b.clientsPerReplica)
  })
}
