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
  let module: { default?: unknown }
  try {
    module = (await import(pathToFileURL(path).href)) as { default?: unknown }
  } catch (error) {
    throw new UserError(
      `${shown}: cannot be read: ${String(error instanceof Error ? error.message : error).split('\n')[0]}`,
      2,
    )
  }
  const bench = parseBench(shown, module.default, flags)
  return { name, path, bench, configurations: expandBench(name, bench, backends) }
}
