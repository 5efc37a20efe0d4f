import { inspect } from 'node:util'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import { allowed } from '../issue-words.ts'
import { closest } from './closest.ts'
import { flagOf, type Flags } from './flags.ts'
import { loadKeys } from './load-shapes/expand-load.ts'
import { benchOptions, benchSchema, runSchema, type Bench, type RunOptions } from './options.ts'

/**
 * Checks a bench file's data with the command line's values over it.
 * Throws a UserError (exit code 2) that names the file or flag, the key, the value and what is allowed.
 */
export function parseBench(file: string, input: unknown, flags: Flags['bench'] = {}): Bench {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new UserError(`${file}: needs "export default defineBench({ ... })"`, 2)
  }
  const fromFlags: Record<string, unknown> = { ...flags }
  const merged: Record<string, unknown> = { ...withLoadOf(file, input, fromFlags), ...fromFlags }
  for (const key of ['thresholds', 'objectives', 'header'] as const) {
    const [own, given] = [(input as Record<string, unknown>)[key], fromFlags[key]]
    if (own && given) merged[key] = Object.assign({}, own, given)
  }
  const result = benchSchema.safeParse(merged)
  if (result.success) return result.data
  throw new UserError(describeIssue(file, merged, fromFlags, result.error), 2)
}

/** The file's data without what the command line replaces: a load as a whole, else parts of it. */
function withLoadOf(file: string, input: object, flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own: Record<string, unknown> = { ...input }
  const [given, other] = loadKeys.filter((key) => key in flags)
  if (given && other) throw new UserError(`${flagOf(given)} and ${flagOf(other)} are two loads: give one`, 2)
  const [first, second] = loadKeys.filter((key) => own[key] !== undefined && own[key] !== null)
  if (first && second) throw new UserError(`${file}: ${first} and ${second} are two loads: give one`, 2)
  if (given) for (const key of loadKeys) delete own[key]
  const load = own['load']
  if (typeof load === 'object' && load !== null) {
    own['load'] = Object.fromEntries(Object.entries(load).filter(([key]) => !(key in flags)))
  }
  return own
}

/** Checks the options of a run. */
export function parseRunOptions(flags: Flags['run']): RunOptions {
  const result = runSchema.safeParse(flags)
  if (result.success) return result.data
  throw new UserError(describeIssue('options', flags, flags, result.error), 2)
}

function describeIssue(
  file: string,
  input: Record<string, unknown>,
  flags: Record<string, unknown>,
  error: z.ZodError,
) {
  const issue = error.issues[0]
  if (!issue) return `${file}: not valid`
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
    const key = issue.keys[0] ?? ''
    const near = closest(key, Object.keys(benchOptions))
    return `${file}: unknown key "${key}"${near ? `; did you mean "${near}"?` : `. Known: ${Object.keys(benchOptions).join(', ')}`}`
  }
  const key = String(issue.path[0] ?? '')
  const where =
    key in flags && file !== 'options'
      ? flagOf(key)
      : file === 'options'
        ? flagOf(key)
        : `${file}: ${issue.path.join('.')}`
  const value = valueAt(input, issue.path)
  if (value === undefined) return `${where}: is missing; ${allowed(issue)}`
  if (key === 'header') return `${where}: is not allowed; ${allowed(issue)}`
  return `${where}: ${shown(value)} is not allowed; ${allowed(issue)}`
}

/** As JSON where that says all of it. */
function shown(value: unknown): string {
  try {
    return JSON.stringify(value, (_, each: unknown) => {
      if (typeof each === 'function' || (typeof each === 'number' && !Number.isFinite(each))) throw new TypeError()
      return each
    })
  } catch {
    return inspect(value, { depth: 2, breakLength: Infinity, compact: true })
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key]
  return value
}
