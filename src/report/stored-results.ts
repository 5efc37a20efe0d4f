import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
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

/** Facts of the newest run among the results, from its index; from the results themselves where there is none. */
export async function newestRun(results: readonly ResultFile[], outDir: string): Promise<ReportFacts> {
  const newest = results.toSorted((a, b) => (a.time < b.time ? -1 : 1)).at(-1)
  if (newest === undefined) throw new UserError('no results of this suite to report on. Measure first: npm run bench')
  const { run_id: runId, environment } = newest.servemark
  const text = await readFile(join(outDir, 'runs', `${runId}.json`), 'utf8').catch(() => null)
  const index = text === null ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>)
  const written = new Date(newest.time.replace(' ', 'T'))
  const time = (key: string) => (typeof index[key] === 'string' ? new Date(index[key]) : written)
  const command = typeof index['command'] === 'string' ? index['command'] : 'npm run bench'
  return { command, started: time('started'), ended: time('ended'), runId, environment }
}
