import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from './errors.ts'

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : null)

/** Output that cannot be written: what follows it could not be either. */
export class OutputError extends UserError {}

/** What is said when something of a run's output cannot be written. */
export function cannotWrite(path: string, error: unknown): OutputError {
  if (error instanceof OutputError) return error
  const why = codeOf(error) ?? (error instanceof Error ? error.message : String(error))
  return new OutputError(`results: cannot write ${path} (${why}). Choose another folder: --out-dir ...`)
}

/**
 * Makes a folder and its parents. Throws the system's error. Level by level: Node's own recursive way never ends where
 * a folder exists and takes no new ones (/proc), and calls a read-only file system something else.
 */
export function makeFolder(path: string): void {
  const missing: string[] = []
  let level = path
  while (!isThere(level)) {
    missing.unshift(level)
    level = dirname(level)
  }
  if (missing.length > 0) accessSync(level, constants.W_OK)
  for (const each of missing) makeOne(each)
}

/** Throws the system's error when a folder could not be made, or files in it; makes nothing. */
export function checkFolder(path: string): void {
  let level = path
  while (!isThere(level)) level = dirname(level)
  accessSync(level, constants.W_OK)
}

/** Whether a folder is there; any other file there is told as the system tells it. */
function isThere(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found && !found.isDirectory()) throw Object.assign(new Error(`${path} is no folder`), { code: 'ENOTDIR' })
  return found !== undefined
}

/** Another process may have made it in the meantime. */
function makeOne(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}
