import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { readResultDirectory, type AnyResult } from '../result/read-result.ts'
import type { ResultFile } from '../result/schema.ts'

/**
 * The results to compare with: those of the folder, or of the folders in it (a whole output directory). Rejects with a
 * UserError (exit code 2) when there are none of this suite.
 */
export async function readBaseline(directory: string): Promise<ResultFile[]> {
  const own = await resultsIn(directory)
  if (own.length > 0) return ofThisSuite(directory, own)
  const entries = await readdir(directory, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'runs')
  const all = await Promise.all(folders.map(({ name }) => resultsIn(join(directory, name))))
  return ofThisSuite(directory, all.flat())
}

/** Why files of the original suite are compared with nothing. */
export const whyNotOriginals = (directory: string): string =>
  `${directory} holds results of the original suite: without their failures, their counts, and what their client was wrong by, nothing can be called better or worse; to draw both: npm run plot -- th-lat --data-dirs ${directory} DIR`

function ofThisSuite(directory: string, results: readonly AnyResult[]): ResultFile[] {
  const own = results.flatMap((result) => (result.kind === 'servemark' ? [result.file] : []))
  if (own.length > 0) return own
  if (results.length > 0) throw new UserError(whyNotOriginals(directory), 2)
  throw new UserError(`no results of this suite in ${directory}: nothing to compare with`, 2)
}

async function resultsIn(directory: string): Promise<readonly AnyResult[]> {
  return (await readResultDirectory(directory)).results
}
