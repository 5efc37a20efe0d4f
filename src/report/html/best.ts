import { changeOf, type Change } from '../../metrics/comparison/change.ts'
import { falseAlarms } from '../../metrics/comparison/compare.ts'
import { figures, figureValue, type Figure, type FigureValue } from '../../metrics/comparison/figures.ts'
import { areUnequal, meanLength } from '../../metrics/comparison/unequal-work.ts'
import { mean } from '../../metrics/statistics.ts'
import type { ResultFile, VerdictStatus } from '../../result/schema.ts'
import { worstStatus } from '../findings.ts'
import type { PageLoad } from '../page/data.ts'
import type { PlacedResult } from './series.ts'

/** Side by side: one figure of one work, loads down, series across. */
export interface BestTable {
  readonly figure: Figure
  readonly rows: readonly BestRow[]
}

export interface BestRow {
  readonly load: PageLoad
  /** In the order of the series; null: not measured. */
  readonly cells: readonly (BestCell | null)[]
  readonly judgement: Judgement
}

export interface BestCell {
  /** Mean over the runs; null where it does not exist. */
  readonly value: number | null
  readonly status: VerdictStatus
}

/** Positions are those of series. */
export type Judgement =
  | { readonly kind: 'best'; readonly series: number }
  /** None of these is surely the best. */
  | { readonly kind: 'tie'; readonly among: readonly number[] }
  /** The figure depends on the work, and that was not equal. */
  | { readonly kind: 'unequal' }
  /** Of fewer than two series a value may be used; null: of none. */
  | { readonly kind: 'alone'; readonly series: number | null }

/** Sentences on lengths that differ between series at one load, with the series concerned. */
export interface UnequalWork {
  readonly load: PageLoad
  readonly text: string
  readonly series: readonly number[]
}

const compared = ['output_token_throughput', 'ttft.p50', 'tpot.mean', 'e2e_latency.mean', 'goodput']

/** What is said of one work; null where no load was measured in two series. */
export function compareSeries(
  placed: readonly PlacedResult[],
  names: readonly string[],
): { readonly tables: readonly BestTable[]; readonly unequal: readonly UnequalWork[] } | null {
  const loads = [...Map.groupBy(placed, ({ result }) => result.servemark.point.load_words.name).values()]
    .map((members) => ({ load: loadOf(members[0]?.result), members }))
    .flatMap(({ load, members }) => (load === null ? [] : [{ load, runs: bySeries(members, names.length) }]))
    .filter(({ runs }) => runs.filter((each) => each.length > 0).length > 1)
    .sort((a, b) => a.load.order - b.load.order)
  if (loads.length === 0) return null
  const shown = figures.filter(({ name }) => compared.includes(name))
  const ordered = shown.toSorted((a, b) => compared.indexOf(a.name) - compared.indexOf(b.name))
  const error = falseAlarms / Math.max(1, ordered.length * loads.length * (names.length - 1))
  const tables = ordered
    .map((figure) => ({
      figure,
      rows: loads.map(({ load, runs }) => ({
        load,
        cells: runs.map((each) => (each.length === 0 ? null : cellOf(each, figure))),
        judgement: judge(runs, figure, error),
      })),
    }))
    .filter(({ rows }) => rows.some(({ cells }) => cells.filter((cell) => cell?.value != null).length > 1))
  return { tables, unequal: loads.flatMap(({ load, runs }) => unequalAt(load, runs, names)) }
}

export function loadOf(result: ResultFile | undefined): PageLoad | null {
  if (result === undefined) return null
  const { load_words: words, clients } = result.servemark.point
  return { short: words.short, long: words.long, order: words.order, closed: clients !== null }
}

const bySeries = (members: readonly PlacedResult[], count: number) =>
  Array.from({ length: count }, (_, series) => members.flatMap((each) => (each.series === series ? [each.result] : [])))

function cellOf(runs: readonly ResultFile[], figure: Figure): BestCell {
  return { value: average(valuesOf(runs, figure)), status: worstStatus(runs) }
}

function valuesOf(runs: readonly ResultFile[], figure: Figure): FigureValue[] {
  return runs.map(({ servemark }) => figureValue(figure, servemark.metrics) ?? { value: null, why: 'not in this file' })
}

function average(values: readonly FigureValue[]): number | null {
  const known = values.flatMap((each) => each.value ?? [])
  return known.length === values.length ? mean(known) : null
}

/** The best is surely better than each of the others; invalid points take no part. */
function judge(runs: readonly (readonly ResultFile[])[], figure: Figure, error: number): Judgement {
  const sign = figure.better === 'higher' ? 1 : -1
  const candidates = runs
    .flatMap((each, series) => {
      if (each.length === 0 || worstStatus(each) === 'invalid') return []
      const values = valuesOf(each, figure)
      const value = average(values)
      return value === null ? [] : [{ series, values, value, runs: each }]
    })
    .sort((a, b) => sign * (b.value - a.value))
  const [first, ...others] = candidates
  if (first === undefined || others.length === 0) return { kind: 'alone', series: first?.series ?? null }
  const promptsDiffer = differ(
    'prompt',
    candidates.map((each) => each.runs),
  )
  const outputsDiffer = differ(
    'output',
    candidates.map((each) => each.runs),
  )
  if (promptsDiffer || (figure.byWork && outputsDiffer)) return { kind: 'unequal' }
  const rivals = others.filter((other) => !surelyBetter(changeOf(other.values, first.values, error), figure))
  return rivals.length === 0
    ? { kind: 'best', series: first.series }
    : { kind: 'tie', among: [first, ...rivals].map(({ series }) => series) }
}

const surelyBetter = (change: Change, { better }: Figure) =>
  change.kind === 'known' && change.surely === (better === 'higher' ? 'up' : 'down')

function differ(which: 'prompt' | 'output', sides: readonly (readonly ResultFile[])[]): boolean {
  const lengths = sides.flatMap((runs) => meanLength(runs, which) ?? [])
  return lengths.some((a) => lengths.some((b) => areUnequal(which, a, b)))
}

function unequalAt(load: PageLoad, runs: readonly (readonly ResultFile[])[], names: readonly string[]): UnequalWork[] {
  return (['prompt', 'output'] as const).flatMap((which) => {
    const lengths = runs.flatMap((each, series) => {
      const length = each.length === 0 ? null : meanLength(each, which)
      return length === null ? [] : [{ series, length }]
    })
    if (!lengths.some((a) => lengths.some((b) => areUnequal(which, a.length, b.length)))) return []
    const said = [...Map.groupBy(lengths, ({ length }) => length.toPrecision(3))].map(
      ([length, group]) => `${length} at ${group.map(({ series }) => names[series]).join(' and ')}`,
    )
    const text = `At ${load.long} the work was not equal: ${which} tokens a request were ${said.join(', ')}.`
    return [{ load, text, series: lengths.map(({ series }) => series) }]
  })
}

/** Who is best over a figure's loads, loads alike run together: `[{ judgement, from, to }]`. */
export function judgementRuns(table: BestTable) {
  const found: { readonly judgement: Judgement; readonly loads: PageLoad[] }[] = []
  for (const { load, judgement } of table.rows) {
    const last = found.at(-1)
    if (last !== undefined && JSON.stringify(last.judgement) === JSON.stringify(judgement)) last.loads.push(load)
    else found.push({ judgement, loads: [load] })
  }
  return found
}

/** `every load`, `1 to 8 clients`, `16 clients` */
export function loadRange(loads: readonly PageLoad[], all: number): string {
  const [first, last] = [loads[0], loads.at(-1)]
  if (first === undefined || last === undefined) return ''
  if (loads.length === all && all > 1) return 'every load'
  if (loads.length === 1) return first.long
  return `${first.short} ${loads.length === 2 ? 'and' : 'to'} ${last.long}`
}
