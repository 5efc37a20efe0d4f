import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { cannotWrite, makeFolder } from '../../output-folder.ts'
import type { Recording } from '../../recording/recording.ts'
import { assemble, blocksOf, type RawRecording } from '../record/assemble.ts'
import { SpillFile } from '../record/spill-file.ts'

/**
 * Blocks that are not in a file yet go into one beside it, one after the other. Writes under a temporary name first: a file
 * that has its name is whole. Makes the folder again where it was removed; throws a UserError when it cannot write.
 */
export async function writeRecording(path: string, recording: RawRecording): Promise<void> {
  const temporary = `${path}.tmp`
  const blocks = new SpillFile(`${path}.blocks`)
  try {
    makeFolder(dirname(path))
    for (const block of blocksOf(recording)) {
      if (block.place.kind !== 'memory') continue
      block.place = { kind: 'file', path: blocks.path, position: await blocks.append(block.place.bytes) }
    }
    await blocks.close()
    await writeFile(temporary, serialize(recording))
    await rename(temporary, path)
  } catch (error) {
    await blocks.close()
    await rm(temporary, { force: true }).catch(() => {})
    throw cannotWrite(dirname(path), error)
  }
}

/** Reads what `writeRecording` wrote, and deletes it. */
export async function takeRecording(path: string): Promise<Recording> {
  const raw = deserialize(await readFile(path)) as RawRecording
  const files = new Set(blocksOf(raw).flatMap(({ place }) => (place.kind === 'file' ? [place.path] : [])))
  const recording = assemble(raw)
  for (const file of [path, ...files]) await rm(file)
  return recording
}

/** Deletes what a load process has left of recordings that nobody took. */
export async function discardRecordings(directory: string, pid: number): Promise<void> {
  const left = await readdir(directory).catch(() => [])
  const own = left.filter((name) => name.startsWith(`load-${pid}-`))
  await Promise.all(own.map((name) => rm(join(directory, name), { force: true })))
}
