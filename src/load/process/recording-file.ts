import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { cannotWrite, makeFolder } from '../../output-folder.ts'
import type { Recording } from '../../recording/recording.ts'

/**
 * Writes under a temporary name first: a file that has its name is whole. Makes the folder again where it was removed;
 * throws a UserError when it cannot write.
 */
export async function writeRecording(path: string, recording: Recording): Promise<void> {
  const temporary = `${path}.tmp`
  try {
    makeFolder(dirname(path))
    await writeFile(temporary, serialize(recording))
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw cannotWrite(dirname(path), error)
  }
}

/** Reads what `writeRecording` wrote, and deletes it. */
export async function takeRecording(path: string): Promise<Recording> {
  const recording = deserialize(await readFile(path)) as Recording
  await rm(path)
  return recording
}
