import { basename } from 'node:path'
import { curveStyles } from '../../plots/curve-style.ts'
import { backendLooks } from '../../plots/write-plots.ts'
import type { PointBlock, ResultFile } from '../../result/schema.ts'
import { formatCount } from '../format.ts'
import type { PageSeries } from '../page/data.ts'

/** A result with its place: the curve it is on, and the work it can be compared in. Positions in `series` and `works`. */
export interface PlacedResult {
  readonly result: ResultFile
  readonly series: number
  readonly work: number
}

export interface Arrangement {
  /** In the order in which the results first name them. */
  readonly series: readonly PageSeries[]
  /** Model, prompt and output lengths in words; the model only where there are several. */
  readonly works: readonly string[]
  /** By work, series, load and run. */
  readonly placed: readonly PlacedResult[]
}

/**
 * Groups results into works and series. `folderOf` tells where a result was read from; it names the series of those that
 * nothing else tells apart, such as two runs of one server.
 */
export function arrange(results: readonly ResultFile[], folderOf: (result: ResultFile) => string | null): Arrangement {
  const pointOf = (result: ResultFile) => result.servemark.point
  const models = new Set(results.map((result) => pointOf(result).model))
  const workOf = ({ model, prompt_tokens: prompt, output_tokens: output }: PointBlock) =>
    `${models.size > 1 ? `${model}, prompt` : 'Prompt'} ${formatCount(prompt)} tokens, output ${formatCount(output)} tokens`
  const named = nameSeries(results, folderOf)
  const names = [...new Set(results.map((result) => named.get(result) ?? ''))]
  const works = [
    ...new Set(
      results
        .map(pointOf)
        .toSorted(
          (a, b) =>
            compareText(a.model, b.model) || a.prompt_tokens - b.prompt_tokens || a.output_tokens - b.output_tokens,
        )
        .map(workOf),
    ),
  ]
  const placed = results.map((result) => ({
    result,
    series: names.indexOf(named.get(result) ?? ''),
    work: works.indexOf(workOf(pointOf(result))),
  }))
  const key = ({ result, series, work }: PlacedResult) => {
    const { load_words: load, run } = pointOf(result)
    return [work, series, load.order, run ?? 1]
  }
  return {
    series: styled(names, results, named),
    works,
    placed: placed.toSorted((a, b) => compareKeys(key(a), key(b))),
  }
}

/** What may tell one curve from another, in the order in which it is said. */
const tellings: readonly ((point: PointBlock, folder: string | null) => string)[] = [
  (point) => point.result_label,
  (point) => (point.configuration === point.result_label ? '' : point.configuration),
  (point) => (point.stream ? '' : 'not streamed'),
  (point) => (point.clients === null ? 'open loop' : ''),
  (_, folder) => (folder === null ? '' : basename(folder)),
]

/** By the label, and by as much more as tells apart what has the same work, load and run. */
function nameSeries(
  results: readonly ResultFile[],
  folderOf: (result: ResultFile) => string | null,
): Map<ResultFile, string> {
  const folder = new Map(results.map((result) => [result, folderOf(result)]))
  const words = (result: ResultFile, said: typeof tellings) =>
    said.map((tell) => tell(result.servemark.point, folder.get(result) ?? null)).filter(Boolean)
  const [label] = tellings
  const said = label === undefined ? [] : [label]
  const names = () =>
    new Map(
      results.map((result) => {
        const [first = '', ...rest] = words(result, said)
        return [result, rest.length === 0 ? first : `${first} (${rest.join(', ')})`]
      }),
    )
  for (const tell of tellings.slice(1)) {
    const current = names()
    const differs = [...Map.groupBy(results, (result) => current.get(result) ?? '').values()].some(
      (members) => new Set(members.map((member) => tell(member.servemark.point, folder.get(member) ?? null))).size > 1,
    )
    if (differs && (tell !== tellings.at(-1) || collide(results, current))) said.push(tell)
  }
  return names()
}

function collide(results: readonly ResultFile[], names: ReadonlyMap<ResultFile, string>): boolean {
  const keys = results.map((result) => {
    const { model, label } = result.servemark.point
    return JSON.stringify([names.get(result), model, label])
  })
  return new Set(keys).size < keys.length
}

const dashes = ['', '7 4', '2 4', '9 3 2 3'] as const

function styled(
  names: readonly string[],
  results: readonly ResultFile[],
  named: ReadonlyMap<ResultFile, string>,
): PageSeries[] {
  const backendOf = new Map(results.map((result) => [named.get(result) ?? '', result.servemark.server.backend]))
  const styles = curveStyles(
    // in the order of the plots, so that a server looks the same there
    names.toSorted(compareText).map((name) => ({ name, backend: backendOf.get(name) ?? '' })),
    backendLooks,
  )
  return names.map((name, i) => {
    const { color = '#2f7ed8', shape = 'circle' } = styles.get(name) ?? {}
    return { name, color, shape, dash: dashes[i % dashes.length] ?? '' }
  })
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const difference = value - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
