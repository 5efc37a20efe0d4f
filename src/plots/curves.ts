import { cssColor, dashOf, markerOf } from './matplotlib-names.ts'
import { noConfig, type PlotConfig } from './plot-config.ts'
import { curveStyles, shapeOf, type CurveStyle } from './curve-style.ts'
import { groupName, type PlotInput, type PlotSettings, type PlottedPoint } from './plot.ts'

/** The points of one group under one label. */
export interface NamedCurve {
  readonly name: string
  readonly style: CurveStyle
  readonly config: PlotConfig
  /** By clients. */
  readonly points: readonly PlottedPoint[]
}

/** Points that can be compared, by the stem of their figure's name, in its order. */
export function byGroup(points: readonly PlottedPoint[]): [group: string, members: PlottedPoint[]][] {
  return [...Map.groupBy(points, (point) => groupName(point.group))].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** One curve a label; with and without streaming, with clients and with a rate, it has several. */
export function curvesOf(points: readonly PlottedPoint[], input: PlotInput, settings: PlotSettings): NamedCurve[] {
  const ofLabel = Map.groupBy(points, (point) => point.curve)
  const nameOf = (point: PlottedPoint) => {
    const label = configOf(point.curve, settings).label ?? point.curve
    const streamed = ofLabel.get(point.curve)?.some((other) => other.stream) ?? false
    const closed = ofLabel.get(point.curve)?.some((other) => !isOpen(other)) ?? false
    const suffixes = [
      ...(streamed && !point.stream ? ['no stream'] : []),
      ...(closed && isOpen(point) ? ['open loop'] : []),
    ]
    return suffixes.length === 0 ? label : `${label} (${suffixes.join(', ')})`
  }
  const byName = [...Map.groupBy(points, nameOf)].sort(([a], [b]) => (a < b ? -1 : 1))
  const styles = curveStyles(
    byName.map(([name, members]) => ({ name, backend: members[0]?.backend ?? '' })),
    input.looks,
  )
  return byName.flatMap(([name, members]) => {
    const style = styles.get(name)
    if (style === undefined) return []
    const config = configOf(members[0]?.curve ?? '', settings)
    const ordered = members.toSorted((a, b) => a.load.order - b.load.order)
    return [{ name, style: configured(style, config), config, points: ordered }]
  })
}

export const configOf = (curve: string, settings: PlotSettings): PlotConfig => settings.configs[curve] ?? noConfig

/** The file's wishes over the suite's own choice; markers get an inside, so that a doubtful point can be hollow. */
function configured(style: CurveStyle, { color, marker, linestyle }: PlotConfig): CurveStyle {
  return {
    color: (color === null ? null : cssColor(color)) ?? style.color,
    shape: marker !== null && markerOf(marker) !== null ? shapeOf(marker) : style.shape,
    dash: (linestyle === null ? undefined : dashOf(linestyle)) ?? style.dash,
  }
}

/** `Prompt 2600 tokens, output 60 tokens` */
export const workOf = ({ group }: PlottedPoint) =>
  `Prompt ${group.promptTokens ?? '?'} tokens, output ${group.outputTokens ?? '?'} tokens`

const dimensions = ['tp', 'bs', 'replicas'] as const

/** Only the dimensions that mean something to one of the backends shown. */
export function serverSize(
  points: readonly PlottedPoint[],
  input: PlotInput,
  without: readonly (typeof dimensions)[number][] = [],
): string[] {
  const known = new Set(points.flatMap((point) => [...(input.looks[point.backend]?.dimensions ?? dimensions)]))
  const { tensorParallel, maxRaggedBatchSize, replicas } = points[0]?.group ?? {}
  const values = { tp: tensorParallel, bs: maxRaggedBatchSize, replicas }
  const words = { tp: 'tensor parallel', bs: 'batch', replicas: 'replicas' }
  return dimensions.flatMap((name) =>
    known.has(name) && values[name] != null && !without.includes(name) ? [`${words[name]} ${values[name]}`] : [],
  )
}

/** What the marks of the points drawn mean, and the caveats of their servers. */
export function caveatLines(drawn: readonly PlottedPoint[]): string[] {
  const lines: string[] = []
  const count = (status: PlottedPoint['status']) => drawn.filter((point) => point.status === status).length
  if (drawn.length > 0 && count('suspect') === drawn.length)
    lines.push('Hollow: the verdict on every point is suspect; the report says why.')
  else if (count('suspect') > 0) lines.push('Hollow points: the verdict is suspect; the report says why.')
  if (count('invalid') > 0) lines.push('Crossed out: the verdict is invalid; do not use these points.')
  return [...lines, ...new Set(drawn.flatMap((point) => point.caveat ?? []))]
}

export const isOpen = (point: PlottedPoint) => point.clients === null

/** What the number at a point is. */
export function loadWords(points: readonly PlottedPoint[]): string {
  const closed = 'clients that send one request after the other'
  const open = 'requests/s asked for'
  const [some, all] = [points.some(isOpen), points.every(isOpen)]
  return `The number at a point: ${all ? open : some ? `${closed}, or ${open} (/s)` : closed}`
}
