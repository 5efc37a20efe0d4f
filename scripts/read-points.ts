import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { UserError } from '../src/errors.ts'
import { readResultDirectory, type AnyResult } from '../src/result/read-result.ts'
import { resolveTokenizer } from '../src/workload/index.ts'

export interface ReadDirectory {
  readonly path: string
  /** Tells it from the others: as much of its path as that takes. */
  readonly label: string
  readonly results: readonly AnyResult[]
}

/** Folders of an output directory that hold no result files. */
const others = new Set(['plots', 'charts', 'runs', 'exports', 'servers'])

/**
 * The results of directories; one that holds none itself stands for the folders in it. Files that cannot be read are told in
 * `problems`, one line each. Throws a UserError when there is no result at all.
 */
export async function readDirectories(
  paths: readonly string[],
): Promise<{ directories: ReadDirectory[]; problems: string[] }> {
  const found: { path: string; results: readonly AnyResult[] }[] = []
  const problems: string[] = []
  for (const path of paths) {
    for (const directory of await resultFolders(path)) {
      const read = await readResultDirectory(directory)
      problems.push(...read.problems.map((problem) => problem.text))
      found.push({ path: directory, results: read.results })
    }
  }
  if (found.every(({ results }) => results.length === 0)) {
    for (const problem of problems) console.error(problem)
    throw new UserError(`no result files in ${paths.join(', ')}. Measure first: npm run bench`)
  }
  const labels = distinctLabels(found.map(({ path }) => path))
  return {
    directories: found.map(({ path, results }, i) => ({ path, results, label: labels[i] ?? basename(path) })),
    problems,
  }
}

async function resultFolders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw new UserError(
      `cannot read ${path} (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`,
      2,
    )
  })
  if (entries.some((entry) => entry.isFile() && entry.name.endsWith('.json'))) {
    const onlyExpected = entries.every((entry) => !entry.isFile() || !/-clients\d|_c\d+_p\d+|-rate/.test(entry.name))
    const folders = entries.filter((entry) => entry.isDirectory())
    if (!onlyExpected || folders.length === 0) return [path]
  }
  const inside = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !others.has(entry.name))
    .map((entry) => join(path, entry.name))
    .sort()
  return inside.length > 0 ? inside : [path]
}

/** The last part of each path, and as many parts before it as tell them apart. */
export function distinctLabels(paths: readonly string[]): string[] {
  for (let parts = 1; parts < 12; parts++) {
    const labels = paths.map((path) => resolve(path).split('/').slice(-parts).join('/'))
    if (new Set(labels).size === new Set(paths).size) return labels
  }
  return [...paths]
}

/**
 * The original's way to name directories: `<log dir>/<backend>`, where it keeps results `<log dir>_<backend>`; without
 * backends, all folders of the log directory that hold results.
 */
export function logDirectories(logDir: string, backends: readonly string[]): string[] {
  if (backends.length === 0) return [logDir]
  return backends.map((backend) => {
    const inside = join(logDir, backend)
    const beside = join(dirname(logDir), `${basename(logDir)}_${backend}`)
    if (existsSync(inside)) return inside
    if (existsSync(beside)) return beside
    throw new UserError(`no results of ${backend}: neither ${inside} nor ${beside} is there`, 2)
  })
}

/**
 * Counts tokens for the original's formulas: with the named tokenizer, else with each file's own where it comes with the
 * suite. Ours hold their counts. Texts that cannot be counted are told once a model.
 */
export async function tokenCounters(name: string | null): Promise<{
  readonly of: (result: AnyResult) => Promise<((text: string) => number) | null>
  readonly problems: readonly string[]
}> {
  const problems: string[] = []
  const known = new Map<string, Promise<((text: string) => number) | null>>()
  const load = async (wanted: string, online: boolean) => {
    const fetch = online ? globalThis.fetch : () => Promise.reject(new Error('no look-up'))
    return (await resolveTokenizer(wanted, { env: process.env, fetch })).count
  }
  const named = name === null ? null : await load(name, true)
  return {
    problems,
    of: (result) => {
      if (named !== null) return Promise.resolve(named)
      if (result.kind === 'servemark') return Promise.resolve(null)
      const { model } = result.point
      const counter =
        known.get(model) ??
        load(/^llama-?2\b/i.test(model) ? 'llama-2' : model, false).catch((error: unknown) => {
          if (!(error instanceof UserError)) throw error
          problems.push(`tokens of ${model} are not counted: its tokenizer is not here; name one with --tokenizer`)
          return null
        })
      known.set(model, counter)
      return counter
    },
  }
}
