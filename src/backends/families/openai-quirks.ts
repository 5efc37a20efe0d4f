import type { Dialect, ShapeBody } from './openai-wire.ts'

/** Where one kind of server differs from the rest of the family. */
export interface OpenAiQuirks {
  readonly shape?: ShapeBody
  /** The shaped body forces the length of answers, without a key that others have. */
  readonly forcesLength?: boolean
  /** What this kind takes, tried first; absent: everything is tried. */
  readonly dialect?: Dialect
  /** The model's name in requests, from the asked one and the listed ones; null: no opinion. */
  readonly modelName?: (asked: string | null, listed: readonly string[]) => string | null
  /** `some`: the list may lack a model that is served, so an asked name is taken on trust. */
  readonly lists?: 'all' | 'some'
}
