import { join } from 'node:path'
import { loadKind } from '../plan/load-shapes/index.ts'
import type { Point, ServerConfiguration } from '../plan/types.ts'
import { UserError } from '../errors.ts'
import { canonicalJson, hashOf } from './canonical-json.ts'

export interface NamedPoint {
  readonly configuration: ServerConfiguration
  readonly point: Point
  /** The model's name as far as it is known; the server's only one when the bench names none. */
  readonly model: string
  /** Counts from 1; a point that is measured several times in a run. */
  readonly run?: number
  /** The backend's own parameters where a bench file sets none: values that differ get a hash in the name. */
  readonly ownDefaults?: Readonly<Record<string, unknown>>
}

export interface ResultPaths {
  /** Directory of all labels, `--out-dir`. */
  readonly outDir: string
  readonly label: string
  readonly json: string
  readonly chunks: string
  readonly series: string
}

/**
 * The original's file name without its ending, plus a suffix for each dimension that it has no place for:
 * `<model with / as _>-tp1-bs768-replicas1-prompt2600-gen60-clients4[-nostream][-<hash8>][-run2]`.
 */
export function resultName(named: NamedPoint): string {
  const { configuration, point, model, run = 1 } = named
  const { tensorParallel, maxRaggedBatchSize, replicas } = configuration.parameters
  const parts = [
    fileSafe(model),
    `tp${tensorParallel}`,
    `bs${maxRaggedBatchSize}`,
    `replicas${replicas}`,
    `prompt${point.promptTokens}`,
    `gen${point.outputTokens}`,
    loadKind(point.load).words(point.load).file,
  ]
  if (!point.stream) parts.push('nostream')
  const others = differences(named)
  if (Object.keys(others).length > 0) parts.push(hashOf(others).slice(0, 8))
  if (run > 1) parts.push(`run${run}`)
  return parts.join('-')
}

export function resultPaths(outDir: string, label: string, name: string): ResultPaths {
  const base = join(outDir, label, name)
  return { outDir, label, json: `${base}.json`, chunks: `${base}.chunks.arrow`, series: `${base}.series.arrow` }
}

/** Throws a UserError when two points of a run would write one file. */
export function checkDistinctNames(points: readonly NamedPoint[]): void {
  const seen = new Map<string, NamedPoint>()
  for (const named of points) {
    const name = `${named.configuration.resultLabel}/${resultName(named)}`
    const other = seen.get(name)
    if (other) {
      throw new UserError(
        `two points would write the result ${name}.json: ${describe(other)} and ${describe(named)}. Take one out, or run them apart with another --label`,
        2,
      )
    }
    seen.set(name, named)
  }
}

const describe = ({ configuration, point }: NamedPoint) =>
  `"${point.label}" of "${configuration.label}" in ${configuration.bench}`

/** `/` as `_`, as the original does; names too long for a file system are cut and get a hash. */
function fileSafe(model: string): string {
  // oxlint-disable-next-line no-control-regex
  const name = model.replaceAll(/[/\\\u0000-\u001f]/g, '_')
  return Buffer.byteLength(name) <= 150 ? name : `${name.slice(0, 70)}-${hashOf(model).slice(0, 8)}`
}

/** What the original's name has no place for, where it differs from the defaults. */
function differences({ configuration, point, ownDefaults = {} }: NamedPoint): Record<string, unknown> {
  const { parameters } = configuration
  const found: Record<string, unknown> = {}
  const compare = (key: string, value: unknown, usual: unknown) => {
    if (canonicalJson(value) !== canonicalJson(usual)) found[key] = value
  }
  compare('route', point.route, 'completions')
  compare('temperature', point.sampling.temperature, 1)
  compare('topP', point.sampling.topP, 0.9)
  compare('extraBody', point.extraBody, {})
  compare('promptTokensVar', point.promptTokensVar, 0.3)
  compare('outputTokensVar', point.outputTokensVar, 0.3)
  compare('prompts', point.prompts, 'salted')
  compare('promptsFile', point.promptsFile, null)
  compare('balance', point.balance, 'round-robin')
  compare('retries', point.retries, 0)
  compare('loadThreads', point.loadThreads, 'auto')
  compare('load', loadKind(point.load).unnamed(point.load), {})
  compare('serverArgs', parameters.serverArgs, [])
  compare('env', parameters.env, {})
  for (const [key, value] of Object.entries(parameters.own)) compare(`own.${key}`, value, ownDefaults[key] ?? null)
  return found
}
