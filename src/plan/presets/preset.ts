import { UserError } from '../../errors.ts'
import { flagOf } from '../flags.ts'
import { loadKeys } from '../load-shapes/expand-load.ts'
import type { BenchInput } from '../options.ts'

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
  | { readonly kind: 'tags'; readonly filter: string }
  | { readonly kind: 'projects'; readonly names: readonly string[] }

export interface PresetNeed {
  readonly key: keyof BenchInput
  /** e.g. `--aml_api_url URL, the endpoint` */
  readonly text: string
}

/** What the user's own words say, which go over the preset. */
export interface UserWords {
  readonly hasProjects: boolean
  /** Options by key. */
  readonly options: Readonly<Record<string, unknown>>
}

/** Vitest's words and the suite's for a preset, without the projects and the load that the user's words replace. */
export function presetWords(preset: Preset, user: UserWords): { vitest: string[]; suite: string[] } {
  const { select } = preset
  const projects = select.kind === 'projects' && !user.hasProjects ? select.names : []
  const replaced: ReadonlySet<string> = new Set(loadKeys.some((key) => key in user.options) ? loadKeys : [])
  return {
    vitest: [
      ...(select.kind === 'tags' ? ['--tags-filter', select.filter] : []),
      ...projects.flatMap((name) => ['--project', name]),
    ],
    suite: Object.entries(preset.options).flatMap(([key, value]) => (replaced.has(key) ? [] : flagWords(key, value))),
  }
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
