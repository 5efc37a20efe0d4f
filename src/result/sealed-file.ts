import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import type { ResultPaths } from './names.ts'

/** Writes to a temporary name beside `path`; the file is there in full, or not at all. */
export async function writeSealed(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw cannotWrite(dirname(path), error)
  }
}

/** Moves an earlier result of the name to `<outDir>/.old/<time>/<label>/`. Tells whether there was one. */
export async function giveWay(paths: ResultPaths, now: Date): Promise<boolean> {
  const folder = join(paths.outDir, '.old', now.toISOString().replaceAll(/[:.]/g, '-'), paths.label)
  let moved = false
  for (const path of [paths.json, paths.chunks, paths.series]) {
    if (!existsSync(path)) continue
    try {
      await mkdir(folder, { recursive: true })
      await rename(path, join(folder, basename(path)))
    } catch (error) {
      throw cannotWrite(folder, error)
    }
    moved = true
  }
  return moved
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : null)

function cannotWrite(directory: string, error: unknown): UserError {
  const why = codeOf(error) ?? (error instanceof Error ? error.message : String(error))
  return new UserError(`results: cannot write ${directory} (${why}). Choose another folder: --out-dir ...`)
}
