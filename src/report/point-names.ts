import type { PointBlock, ResultFile } from '../result/schema.ts'
import { formatCount } from './format.ts'

interface Name {
  /** What tells its group of points from the others; empty when there is one group. */
  readonly group: string
  /** `clients=8`, `rate=4` */
  readonly load: string
}

/** For each result the shortest name that tells it from the others: `clients=8`, `vllm prompt=1200 gen=60 clients=8`. */
export function pointNames(results: readonly ResultFile[]): string[] {
  return names(results).map(({ group, load }) => [group, load].filter(Boolean).join(' '))
}

/** Several of the results by name, in short: `all 4 points`, `clients=1, 2, 4`, `vllm clients=1, 2; fastgen clients=2`. */
export function listPoints(results: readonly ResultFile[], indices: readonly number[]): string {
  if (indices.length === results.length && indices.length > 1) {
    return indices.length === 2 ? 'both points' : `all ${indices.length} points`
  }
  const all = names(results)
  const groups = Map.groupBy(indices, (i) => all[i]?.group ?? '')
  const parts = [...groups].map(([group, members]) => {
    const loads = [...new Set(members.map((i) => all[i]?.load ?? ''))]
    const short = loads.map((each, i) => (sameKind(each, loads[i - 1]) ? each.slice(each.indexOf('=') + 1) : each))
    return [group, short.join(', ')].filter(Boolean).join(' ')
  })
  const [shown, left] = [parts.slice(0, mostGroups), [...groups.values()].slice(mostGroups).flat().length]
  return [...shown, ...(left === 0 ? [] : [`and ${formatCount(left)} other points`])].join('; ')
}

/** More groups of points than this are counted instead of named. */
const mostGroups = 6

/** `clients=2` after `clients=1` is said as `2`. */
const sameKind = (load: string, before: string | undefined) => before?.split('=')[0] === load.split('=')[0]

/** Parts of a name, in order; each is said only where the points differ in it. */
const parts: readonly ((point: PointBlock) => string)[] = [
  (point) => point.model,
  (point) => point.result_label,
  (point) => (point.configuration === point.result_label ? '' : point.configuration),
  (point) => `prompt=${point.prompt_tokens} gen=${point.output_tokens}`,
  (point) => (point.stream ? '' : 'nostream'),
  (point) => ((point.run ?? 1) > 1 ? `run=${point.run}` : ''),
]

function names(results: readonly ResultFile[]): Name[] {
  const points = results.map((result) => result.servemark.point)
  const said: ((point: PointBlock) => string)[] = []
  const tell = () =>
    points.map((point) => ({
      group: said
        .map((part) => part(point))
        .filter(Boolean)
        .join(' '),
      load: point.load_words.name,
    }))
  for (const part of parts) {
    if (new Set(tell().map((name) => `${name.group} ${name.load}`)).size === points.length) break
    if (new Set(points.map(part)).size > 1) said.push(part)
  }
  return tell()
}
