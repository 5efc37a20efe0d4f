/** Data from outside, read without trust. */
export type Json = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function firstObject(...values: readonly unknown[]): Json | null {
  return values.find(isObject) ?? null
}

/** A whole number from 0; null for all else, so that a negative or broken count is no count. */
export function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

export function nonEmptyString(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
