import type { z } from 'zod'

/** What a schema allows where a value was refused, in our words: `at least 1`, `one of a, b`. */
export function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${sizeWord(issue.origin)}`
    case 'too_big':
      return `at most ${issue.maximum}${sizeWord(issue.origin)}`
    case 'invalid_type':
      return `needs ${typeWords[issue.expected] ?? issue.expected}`
    case 'invalid_union': {
      const inner = issue.errors.flat().find((each) => each.code !== 'invalid_type') ?? issue.errors.flat()[0]
      if (inner) return allowed(inner)
      const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : []
      return options.length > 0 ? `one of ${options.join(', ')}` : 'none of the forms fits'
    }
    case 'unrecognized_keys':
      return `unknown key ${issue.keys.join(', ')}`
    default:
      return issue.message
  }
}

/** `max_tokens: 0 is not allowed; more than 0`: where in `input` it is, its value, what is allowed. */
export function describeIssue(issue: z.core.$ZodIssue, input: unknown): string {
  const where = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
  if (issue.code === 'unrecognized_keys' || issue.code === 'custom') return `${where}${allowed(issue)}`
  const value = valueAt(input, issue.path)
  if (value === undefined) return `${where}is missing; ${allowed(issue)}`
  return `${where}${shortJson(value)} is not allowed; ${allowed(issue)}`
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  return value
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const typeWords: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function sizeWord(origin: string): string {
  if (origin === 'array') return ' entries'
  return origin === 'string' ? ' characters' : ''
}
