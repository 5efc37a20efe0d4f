import { pathToFileURL } from 'node:url'
import { UserError } from '../errors.ts'
import { expandBench, type BackendRegistry } from './expand.ts'
import { parseBench } from './parse-bench.ts'
import type { Bench } from './options.ts'
import type { ServerConfiguration } from './types.ts'

export interface LoadedBench {
  readonly name: string
  readonly path: string
  readonly bench: Bench
  readonly configurations: readonly ServerConfiguration[]
}

/**
 * Imports a bench file with plain Node and checks it. `shown` is how messages name the file.
 * Throws a UserError on anything wrong in it.
 */
export async function loadBench(
  name: string,
  path: string,
  shown: string,
  flags: Readonly<Record<string, unknown>>,
  backends: BackendRegistry,
): Promise<LoadedBench> {
  const data = await readBench(path, shown)
  const bench = readable(shown, () => {
    const parsed = parseBench(shown, data, flags)
    JSON.stringify(parsed)
    return parsed
  })
  return { name, path, bench, configurations: expandBench(name, bench, backends) }
}

/** Files that are being read now. */
const reading = new Set<string>()
const onExit = (): void => {
  for (const shown of reading) process.stderr.write(`${shown}: ended while it was read\n`)
  process.exitCode = 2
}

/** The default export. A file may wait for what never comes, or end the process: then this one says so and ends it. */
async function readBench(path: string, shown: string): Promise<unknown> {
  if (reading.size === 0) process.on('exit', onExit)
  reading.add(shown)
  try {
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default
  } catch (error) {
    throw unreadable(shown, error)
  } finally {
    reading.delete(shown)
    if (reading.size === 0) process.off('exit', onExit)
  }
}

/** Data may hold what no file can: getters that throw, circles, big integers. */
function readable<T>(shown: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(shown, error)
  }
}

function unreadable(shown: string, error: unknown): UserError {
  const text = String(error instanceof Error ? error.message : error).split('\n')[0]
  return new UserError(`${shown}: cannot be read: ${text}`, 2)
}
