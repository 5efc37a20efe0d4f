import type { ResultFile } from '../result/schema.ts'
import { compareSeries, judgementRuns, loadRange, type BestTable, type Judgement } from './html/best.ts'
import { arrange } from './html/series.ts'

type FolderOf = (result: ResultFile) => string | null

/** Where several servers, labels or runs did the same work: who is best at which load, a line for each figure. */
export function bestLines(results: readonly ResultFile[], folderOf: FolderOf = () => null): string[] {
  return worksOf(results, folderOf).flatMap(({ name, tables, unequal, names }) => [
    `Best at which load (${name}):`,
    ...unequal.map((text) => `  ≠ ${text}`),
    ...leftOut(tables, names).map((text) => `  ✗ ${text}`),
    ...tables.map((table) => `  ${table.figure.name.padEnd(24)} ${said(table, names)}`),
  ])
}

/** The same as a Markdown list. */
export function bestMarkdown(results: readonly ResultFile[], folderOf: FolderOf = () => null): string {
  return worksOf(results, folderOf)
    .flatMap(({ name, tables, unequal, names }) => [
      `**Best at which load** (${name})`,
      '',
      ...unequal.map((text) => `- ≠ ${text}`),
      ...leftOut(tables, names).map((text) => `- ✗ ${text}`),
      ...tables.map((table) => `- \`${table.figure.name}\`: ${said(table, names)}`),
      '',
    ])
    .join('\n')
    .trimEnd()
}

function worksOf(results: readonly ResultFile[], folderOf: FolderOf) {
  const { series, works, placed } = arrange(results, folderOf)
  const names = series.map((each) => each.name)
  return works.flatMap((name, work) => {
    const members = placed.filter((each) => each.work === work)
    const found = compareSeries(members, names)
    return found === null ? [] : [{ name, names, tables: found.tables, unequal: found.unequal.map(({ text }) => text) }]
  })
}

/** A winner among those that are left must not be read as the winner of all. */
function leftOut([table]: readonly BestTable[], names: readonly string[]): string[] {
  return names.flatMap((name, series) => {
    const loads = (table?.rows ?? []).flatMap(({ load, cells }) => (cells[series]?.status === 'invalid' ? [load] : []))
    const words = loads.map(({ short, long }, i) => (i === loads.length - 1 ? long : short)).join(', ')
    return loads.length === 0 ? [] : [`${name} takes no part at ${words}: invalid`]
  })
}

const said = (table: BestTable, names: readonly string[]) =>
  judgementRuns(table)
    .map(({ judgement, loads }) => `${words(judgement, names)} at ${loadRange(loads, table.rows.length)}`)
    .join('; ')

function words(judgement: Judgement, names: readonly string[]): string {
  switch (judgement.kind) {
    case 'best':
      return `★ ${names[judgement.series]}`
    case 'tie':
      return `= no clear winner among ${judgement.among.map((each) => names[each]).join(', ')}`
    case 'unequal':
      return '≠ unequal work, not compared'
    case 'alone':
      return judgement.series === null ? '✗ none may be used' : `only ${names[judgement.series]} may be used`
  }
}
