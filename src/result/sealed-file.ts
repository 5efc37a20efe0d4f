import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { cannotWrite, makeFolder } from '../output-folder.ts'
import type { ResultPaths } from './names.ts'

/** Writes to a temporary name beside `path`; the file is there in full, or not at all. */
export async function writeSealed(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    makeFolder(dirname(path))
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
      makeFolder(folder)
      await rename(path, join(folder, basename(path)))
    } catch (error) {
      throw cannotWrite(folder, error)
    }
    moved = true
  }
  return moved
}
