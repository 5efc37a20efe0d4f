import type { ClassicGroup, ClassicPoint } from '../metrics/classic/classic-point.ts'
import { pointsOf } from '../metrics/classic/groups.ts'
import type { PlottedPoint } from './plot.ts'

/** The group as the original's readers write it: model, tp, bs, replicas, prompt, gen. */
export const groupTuple = (group: ClassicGroup) => [
  group.model,
  group.tensorParallel,
  group.maxRaggedBatchSize,
  group.replicas,
  group.promptTokens,
  group.outputTokens,
]

export interface ClassicCurve {
  /** Directory, or label. */
  readonly name: string
  readonly backend: string
  /** By clients. */
  readonly points: readonly ClassicPoint[]
}

/** The groups of the points, each with its curves in the order in which the points name them. */
export function classicGroups(points: readonly PlottedPoint[]): { group: ClassicGroup; curves: ClassicCurve[] }[] {
  const known = points.flatMap(({ classic, curve, backend, generation }) =>
    classic === null ? [] : [{ classic, curve, backend, generation }],
  )
  const groups = Map.groupBy(known, ({ classic }) => groupTuple(classic.group).join(' '))
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, members]) => {
      const group = members[0]?.classic.group
      if (group === undefined) return []
      const curves = [...Map.groupBy(members, (member) => member.curve)].map(([name, own]) => ({
        name,
        backend: own[0]?.backend ?? '',
        points: pointsOf(
          own.map((member) => member.classic),
          group,
        ),
      }))
      return [{ group, curves }]
    })
}

/** One list of points a curve, for the plots that take one backend. `suffix` tells their files apart. */
export function classicCurves(points: readonly PlottedPoint[]): (ClassicCurve & { readonly suffix: string })[] {
  const order = (point: ClassicPoint) => groupTuple(point.group).join(' ')
  const curves = [...Map.groupBy(points, (point) => point.curve)].sort(([a], [b]) => (a < b ? -1 : 1))
  return curves.flatMap(([name, members]) => {
    const own = members.flatMap(({ classic }) => classic ?? [])
    own.sort((a, b) => (order(a) === order(b) ? a.clients - b.clients : order(a) < order(b) ? -1 : 1))
    const suffix = curves.length > 1 ? `_${name.replaceAll(/[^\w.-]+/g, '_')}` : ''
    return own.length === 0 ? [] : [{ name, suffix, backend: members[0]?.backend ?? '', points: own }]
  })
}

/** How the original shows a backend in the plots that name backends. */
export const backendLabels: Readonly<Record<string, { label: string; color: string; marker: string }>> = {
  vllm: { label: 'vLLM', color: 'orange', marker: 'x' },
  fastgen: { label: 'DeepSpeed-FastGen', color: 'blue', marker: 'o' },
  openai: { label: 'openai-API', color: 'red', marker: '+' },
}
