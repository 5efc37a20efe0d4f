import { z } from 'zod'

/** How an option appears on the command line. Its key gives the flag: `promptTokens` is `--prompt-tokens`. */
export interface OptionMeta {
  readonly group: 'server' | 'load' | 'workload' | 'endpoint' | 'limits' | 'results' | 'run'
  /** Names that mean the same, the original's among them, with their dashes. */
  readonly aliases?: readonly string[]
  /** Word that stands for the value in the help. Absent: a switch. */
  readonly value?: string
  /** Several values: `--clients 1 2 4` or `--clients 1,2,4`. */
  readonly list?: true
  /** The flag has another name than the key's kebab case. */
  readonly flag?: string
  /** Only in bench files. */
  readonly fileOnly?: true
  /** Only on the command line. */
  readonly flagOnly?: true
  /** Turns the words after the flag into the value; default: by the schema's type. */
  readonly parse?: (words: readonly string[]) => unknown
  /** Shown in the help instead of the schema's default. */
  readonly defaultText?: string
}

const registry = z.registry<OptionMeta>()
export const optionMeta = (schema: z.ZodType): OptionMeta => {
  const meta = registry.get(schema)
  if (!meta) throw new Error('an option has no command-line description')
  return meta
}

/** Describes an option; what it is on the command line is kept beside its schema. */
export function option<T extends z.ZodType>(schema: T, description: string, meta: OptionMeta): T {
  const described = schema.describe(description)
  registry.add(described, meta)
  return described
}
