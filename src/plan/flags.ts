import { parseArgs } from 'node:util'
import { UserError } from '../errors.ts'
import { closest } from './closest.ts'
import { optionMeta } from './options/option.ts'
import { runOptions } from './options/run.ts'
import { benchOptions } from './options.ts'
import { findOriginalOption, splitShortOption } from './original-options.ts'

/** What the words after `--` said: only what was given, still unchecked. */
export interface Flags {
  readonly bench: Readonly<Record<string, unknown>>
  readonly run: Readonly<Record<string, unknown>>
  /** Lines to print: options that have no meaning here, keys given in clear. */
  readonly notes: readonly string[]
  /** A key given by an option; never to be printed or stored. */
  readonly apiKey: string | null
}

interface Flag {
  readonly key: string
  readonly scope: 'bench' | 'run'
  readonly kind: 'switch' | 'value' | 'list'
}

const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const normal = (name: string) => name.replace(/^-+/, '').replaceAll('_', '-')

const keyFlags = new Set(['openai-api-key', 'api-key', 'aml-api-key'])

/** The flag of an option, with its dashes. */
export function flagOf(key: string): string {
  const schema = { ...benchOptions, ...runOptions }[key as keyof typeof benchOptions]
  return `--${optionMeta(schema).flag ?? kebab(key)}`
}

function buildFlags(): Map<string, Flag> {
  const flags = new Map<string, Flag>()
  for (const [scope, options] of [
    ['bench', benchOptions],
    ['run', runOptions],
  ] as const) {
    for (const [key, schema] of Object.entries(options)) {
      const meta = optionMeta(schema)
      if (meta.fileOnly) continue
      const kind = meta.value === undefined ? 'switch' : meta.list ? 'list' : 'value'
      for (const name of [meta.flag ?? kebab(key), ...(meta.aliases ?? [])])
        flags.set(normal(name), { key, scope, kind })
    }
  }
  return flags
}
const flags = buildFlags()

/** Whether a word is one of our options; for telling ours from Vitest's, whose `-t` is. */
export function isSuiteFlag(word: string): boolean {
  const [raw = ''] = splitShortOption(word.split('=', 1)[0] ?? '')
  if (raw === '-t') return false
  const name = normal(raw)
  return (
    flags.has(name) || flags.has(name.replace(/^no-/, '')) || findOriginalOption(raw) !== null || keyFlags.has(name)
  )
}

/**
 * Reads command-line words. Lists take the words up to the next flag, separated by blanks or commas; `--key=value`
 * and `--no-switch` work; underscores equal dashes. Throws a UserError (exit code 2) on an unknown flag or a missing value.
 */
export function parseFlags(words: readonly string[]): Flags {
  const given: { bench: Record<string, unknown>; run: Record<string, unknown> } = { bench: {}, run: {} }
  const notes: string[] = []
  let apiKey: string | null = null
  const { tokens } = parseArgs({ args: prepareWords(words), strict: false, allowPositionals: true, tokens: true })
  const collected: { name: string; raw: string; values: string[] }[] = []
  for (const token of tokens) {
    if (token.kind === 'option') {
      collected.push({
        name: normal(token.rawName),
        raw: token.rawName,
        values: token.value === undefined ? [] : [token.value],
      })
    } else if (token.kind === 'positional') {
      const last = collected.at(-1)
      if (!last) throw new UserError(`options: "${token.value}" is no option; options begin with --. See -- --help`, 2)
      last.values.push(token.value)
    }
  }
  for (const { name, raw, values } of collected) {
    if (keyFlags.has(name)) {
      if (!values[0]) throw new UserError(`options: ${raw} needs a value; better set SERVEMARK_API_KEY`, 2)
      apiKey = values[0]
      notes.push(
        `${raw}: a key on the command line is seen by every user of this machine; set SERVEMARK_API_KEY instead`,
      )
      continue
    }
    const original = findOriginalOption(raw)
    if (original?.means === 'nothing') {
      notes.push(original.note)
      continue
    }
    const negated = original === null && !flags.has(name) && name.startsWith('no-')
    const flag = flags.get(original ? normal(flagOf(original.key)) : negated ? name.slice(3) : name)
    if (!flag) throw new UserError(unknownFlag(raw), 2)
    if (original?.means === 'value') {
      if (values.length > 0) throw new UserError(`options: ${raw} is a switch and takes no value`, 2)
      given[flag.scope][flag.key] = original.value
      continue
    }
    given[flag.scope][flag.key] = flagValue(flag, raw, values, negated, given[flag.scope][flag.key])
  }
  return { ...given, notes, apiKey }
}

/** parseArgs takes `-1` for an option, and `-k60` for three; numbers are values here. */
function prepareWords(words: readonly string[]): string[] {
  const out: string[] = []
  for (const word of words.flatMap(splitShortOption)) {
    const before = out.at(-1)
    if (/^-\d/.test(word) && before?.startsWith('--')) out[out.length - 1] = `${before}=${word}`
    else out.push(word)
  }
  return out
}

const vitestFlags = new Set([
  'project',
  't',
  'tags-filter',
  'reporter',
  'shard',
  'merge-reports',
  'test-name-pattern',
  'output-file',
])

function unknownFlag(raw: string): string {
  if (vitestFlags.has(normal(raw))) {
    return `options: ${raw} is Vitest's own: put it before the --, as in npx vitest bench --project NAME -- --clients 1`
  }
  const name = normal(raw)
  const near =
    name.length > 1
      ? closest(
          name,
          [...flags.keys()].filter((each) => each.length > 1),
        )
      : null
  return `options: unknown option ${raw}${near ? `; did you mean --${near}?` : '.'} All options: npm run bench -- --help`
}

function flagValue(flag: Flag, raw: string, values: readonly string[], negated: boolean, before: unknown): unknown {
  const schema = { ...benchOptions, ...runOptions }[flag.key as keyof typeof benchOptions]
  const { parse } = optionMeta(schema)
  if (flag.kind === 'switch') {
    if (values.length > 0 && !/^(true|false)$/.test(values[0] ?? '')) {
      throw new UserError(`options: ${raw} is a switch and takes no value, not "${values.join(' ')}"`, 2)
    }
    return (values[0] !== 'false') !== negated
  }
  if (negated) throw new UserError(`options: ${raw}: only switches can be negated`, 2)
  if (values.length === 0) throw new UserError(`options: ${raw} needs a value`, 2)
  if (parse) {
    try {
      const value = parse(values)
      const merged = typeof value === 'object' && value !== null && !Array.isArray(value) && typeof before === 'object'
      return merged ? { ...before, ...value } : value
    } catch (error) {
      throw new UserError(`options: ${raw}: ${(error as Error).message}`, 2)
    }
  }
  if (flag.kind === 'list') return values.flatMap((value) => value.split(',').filter(Boolean)).map(scalar)
  if (values.length > 1) throw new UserError(`options: ${raw} takes one value, not "${values.join(' ')}"`, 2)
  const word = values[0] ?? ''
  return schema.safeParse(word).success ? word : scalar(word)
}

/** Words that look like numbers become numbers; the schema has the last word. */
function scalar(word: string): unknown {
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : word
}
