import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { readResultDirectory } from '../result/read-result.ts'
import type { ResultFile } from '../result/schema.ts'

/**
 * The results to compare with: those of the folder, or of the folders in it (a whole output directory). Rejects with a
 * UserError (exit code 2) when there are none of this suite.
 */
export async function readBaseline(directory: string): Promise<ResultFile[]> {
  const own = await resultsIn(directory)
  if (own.length > 0) return own
  const entries = await readdir(directory, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'runs')
  const all = await Promise.all(folders.map(({ name }) => resultsIn(join(directory, name))))
  const results = all.flat()
  if (results.length === 0) throw new UserError(`no results of this suite in ${directory}: nothing to compare with`, 2)
  return results
}

async function resultsIn(directory: string): Promise<ResultFile[]> {
  const { results } = await readResultDirectory(directory)
  return results.flatMap((result) => (result.kind === 'servemark' ? [result.file] : []))
}
