import { UserError } from '../../errors.ts'
import { flagOf } from '../flags.ts'
import { loadKeys } from '../load-shapes/expand-load.ts'
import type { BenchInput } from '../options.ts'
import type { Tag } from '../tags.ts'

/** A sweep by name: which benches run, and what is set over their files. Data only. */
export interface Preset {
  readonly id: string
  readonly about: string
  readonly select: PresetSelection
  /** Keys of a bench file that have a flag. */
  readonly options: Partial<BenchInput>
  /** What the user must give, and why it cannot be known here. */
  readonly needs: readonly PresetNeed[]
}

/** By tags, so that a new bench file takes part; or by name, where the sweep is about certain models. */
export type PresetSelection =
  | { readonly kind: 'tags'; readonly tags: readonly Tag[] }
  | { readonly kind: 'projects'; readonly names: readonly string[] }

export interface PresetNeed {
  readonly key: keyof BenchInput
  /** e.g. `--aml_api_url URL, the endpoint` */
  readonly text: string
}

/** The projects of a preset; `chosen` are those that the user's own words leave, null where they say nothing. */
export function presetProjects(
  { select }: Preset,
  benches: readonly { readonly name: string; readonly tags: readonly Tag[] }[],
  chosen: readonly string[] | null,
): readonly string[] {
  if (select.kind === 'projects') return chosen ?? select.names
  const tagged = benches.filter(({ tags }) => select.tags.every((tag) => tags.includes(tag))).map(({ name }) => name)
  return chosen === null ? tagged : tagged.filter((name) => chosen.includes(name))
}

/** The options of a preset as words, without the load where `given`, the user's own by key, hold another. */
export function presetWords({ options }: Preset, given: Readonly<Record<string, unknown>>): string[] {
  const replaced: ReadonlySet<string> = new Set(loadKeys.some((key) => key in given) ? loadKeys : [])
  return Object.entries(options).flatMap(([key, value]) => (replaced.has(key) ? [] : flagWords(key, value)))
}

/** Throws a UserError (exit code 2) when something is missing that only the user can know. */
export function checkNeeds(preset: Preset, given: Readonly<Record<string, unknown>>): void {
  const missing = preset.needs.filter(({ key }) => given[key] === undefined)
  if (missing.length === 0) return
  throw new UserError(`${preset.id}: needs ${missing.map(({ text }) => text).join(' and ')}`, 2)
}

function flagWords(key: string, value: unknown): string[] {
  const flag = flagOf(key)
  if (typeof value === 'boolean') return [value ? flag : flag.replace('--', '--no-')]
  return [flag, ...[value].flat().map(String)]
}
