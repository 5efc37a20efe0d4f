import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import { readResultDirectory, type AnyResult } from '../result/read-result.ts'
import type { ResultFile } from '../result/schema.ts'
import type { ReportFacts } from './html.ts'

export interface StoredResult {
  readonly result: AnyResult
  /** Name of its directory: the curve of a file that does not say. */
  readonly label: string
}

/** Folders of the output directory that hold no result files. */
const others = new Set(['plots', 'runs'])

/**
 * The results of the given directories; without any, of every label in `outDir`. Files that cannot be read are told in
 * `problems`. Throws a UserError when there is no result at all.
 */
export async function readStoredResults(
  directories: readonly string[],
  outDir: string,
): Promise<{ results: StoredResult[]; problems: string[] }> {
  const chosen = directories.length > 0 ? directories : await labelsIn(outDir)
  const results: StoredResult[] = []
  const problems: string[] = []
  for (const directory of chosen) {
    const found = await readResultDirectory(directory)
    results.push(...found.results.map((result) => ({ result, label: basename(directory) })))
    problems.push(...found.problems.map(({ text }) => text))
  }
  if (results.length === 0) {
    const places = chosen.length === 0 ? outDir : chosen.join(', ')
    throw new UserError(`no result files in ${places}. Measure first: npm run bench`)
  }
  return { results, problems }
}

async function labelsIn(outDir: string): Promise<string[]> {
  const entries = await readdir(outDir, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !others.has(entry.name))
    .map((entry) => join(outDir, entry.name))
    .sort()
}

/**
 * Facts of the runs among the results, from their indexes: the newest one's times, and every run's command. `folderOf` is
 * the folder that a result was read from; its run's index may lie beside it as well as in `outDir`.
 */
export async function runFacts(
  results: readonly ResultFile[],
  outDir: string,
  folderOf: (result: ResultFile) => string | null = () => null,
): Promise<ReportFacts> {
  const newestFirst = results.toSorted((a, b) => (a.time < b.time ? 1 : -1))
  const [newest] = newestFirst
  if (newest === undefined) throw new UserError('no results of this suite to report on. Measure first: npm run bench')
  const runs = new Map(newestFirst.map((result) => [result.servemark.run_id, folderOf(result)]))
  const indexes = await Promise.all([...runs].map(([id, folder]) => readIndex(id, folder, outDir)))
  const index = indexes[0] ?? {}
  const written = new Date(newest.time.replace(' ', 'T'))
  const time = (key: string) => (typeof index[key] === 'string' ? new Date(index[key]) : written)
  const commands = indexes.flatMap((each) => (typeof each['command'] === 'string' ? [each['command']] : []))
  return {
    commands: commands.length === 0 ? ['npm run bench'] : [...new Set(commands.reverse())],
    started: time('started'),
    ended: time('ended'),
    runId: newest.servemark.run_id,
    environment: newest.servemark.environment,
  }
}

async function readIndex(
  id: string,
  folder: string | null,
  outDir: string,
): Promise<Readonly<Record<string, unknown>>> {
  for (const place of [outDir, ...(folder === null ? [] : [dirname(folder)])]) {
    const text = await readFile(join(place, 'runs', `${id}.json`), 'utf8').catch(() => null)
    if (text !== null) return JSON.parse(text) as Readonly<Record<string, unknown>>
  }
  return {}
}
