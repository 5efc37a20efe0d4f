import type { ClassicGroup, ClassicPoint } from './classic-point.ts'

/**
 * Which groups of files the original plots: those present in every directory compared. `missing` lists the others by
 * directory, as its warning does. Both in ascending order.
 */
export function commonGroups(directories: Readonly<Record<string, readonly ClassicPoint[]>>): {
  readonly plotted: readonly ClassicGroup[]
  readonly missing: Readonly<Record<string, readonly ClassicGroup[]>>
} {
  const sets = Object.entries(directories)
    .map(([name, points]) => [name, groupsOf(points)] as const)
    .filter(([, groups]) => groups.size > 0)
  const [first] = sets
  const shared = (key: string) => sets.every(([, groups]) => groups.has(key))
  const missing = sets.map(([name, groups]) => [name, ordered(groups, (key) => !shared(key))] as const)
  return {
    plotted: first === undefined ? [] : ordered(first[1], shared),
    missing: Object.fromEntries(missing.filter(([, groups]) => groups.length > 0)),
  }
}

/** The directory's points of a group, by clients. */
export function pointsOf(points: readonly ClassicPoint[], group: ClassicGroup): ClassicPoint[] {
  const key = keyOf(group)
  return points.filter((point) => keyOf(point.group) === key).sort((a, b) => a.clients - b.clients)
}

/** Points that differ from each other only in `dimension` (and clients), with the values of it that there are. */
export function along<Dimension extends 'replicas' | 'tensorParallel'>(
  points: readonly ClassicPoint[],
  dimension: Dimension,
): { readonly group: Omit<ClassicGroup, Dimension>; readonly values: number[]; readonly points: ClassicPoint[] }[] {
  const sets = Map.groupBy(points, ({ group }) => keyOf({ ...group, [dimension]: 0 }))
  return [...sets.values()].flatMap((set) => {
    const [first] = set
    if (first === undefined) return []
    const values = [...new Set(set.map((point) => point.group[dimension]))].sort((a, b) => a - b)
    const { [dimension]: _dimension, ...group } = first.group
    return [{ group, values, points: set }]
  })
}

const keyOf = (group: ClassicGroup) =>
  [
    group.model,
    group.tensorParallel,
    group.maxRaggedBatchSize,
    group.replicas,
    group.promptTokens,
    group.outputTokens,
  ].join(' ')

const groupsOf = (points: readonly ClassicPoint[]) => new Map(points.map(({ group }) => [keyOf(group), group]))

function ordered(groups: ReadonlyMap<string, ClassicGroup>, wanted: (key: string) => boolean): ClassicGroup[] {
  return [...groups]
    .filter(([key]) => wanted(key))
    .map(([, group]) => group)
    .sort((a, b) => (a.model === b.model ? compareNumbers(a, b) : a.model < b.model ? -1 : 1))
}

function compareNumbers(a: ClassicGroup, b: ClassicGroup): number {
  for (const key of ['tensorParallel', 'maxRaggedBatchSize', 'replicas', 'promptTokens', 'outputTokens'] as const) {
    if (a[key] !== b[key]) return a[key] - b[key]
  }
  return 0
}
