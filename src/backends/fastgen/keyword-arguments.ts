import { UserError } from '../../errors.ts'

/** A value as MII's protocol wants it: exactly one key, which names its type. */
export type PackedValue =
  | { readonly svalue: string }
  | { readonly ivalue: number }
  | { readonly fvalue: number }
  | { readonly bvalue: boolean }
  | { readonly mvalue: { readonly values: Readonly<Record<string, PackedValue>> } }

/** Those that MII takes as fractions, though a value may be whole. */
const fractions = new Set(['temperature', 'top_p'])

/**
 * What MII's generation takes. Any other key is refused, and a stream does not even say so: it hangs until the load
 * balancer gives up after 600 s. `stream` is ours: true on the whole-answer method, it breaks a server thread for good.
 */
const known = new Set([
  ...fractions,
  'max_length',
  'max_new_tokens',
  'min_new_tokens',
  'ignore_eos',
  'return_full_text',
  'do_sample',
  'top_k',
  'stop',
])

/** Throws UserError on a key or value that the server would choke on. */
export function packArguments(values: Readonly<Record<string, unknown>>): Record<string, PackedValue> {
  for (const name of Object.keys(values)) {
    if (known.has(name)) continue
    throw new UserError(`fastgen: MII takes no "${name}"; it knows: ${[...known].sort().join(', ')}`, 2)
  }
  return packAll(values)
}

function packAll(values: Readonly<Record<string, unknown>>): Record<string, PackedValue> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, pack(name, value)]))
}

function pack(name: string, value: unknown): PackedValue {
  if (typeof value === 'string') return { svalue: value }
  if (typeof value === 'boolean') return { bvalue: value }
  if (typeof value === 'number') {
    return Number.isInteger(value) && !fractions.has(name) ? { ivalue: value } : { fvalue: value }
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { mvalue: { values: packAll(value as Readonly<Record<string, unknown>>) } }
  }
  const given = JSON.stringify(value)
  throw new UserError(`fastgen: "${name}": ${given} cannot be sent to MII: texts, numbers, true and false can`, 2)
}
