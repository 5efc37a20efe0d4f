import { UserError } from '../src/errors.ts'

/** Names that fit the patterns (`*` stands for anything, `!` excludes), in their own order; no pattern: all. */
export function selectNames(patterns: readonly string[], names: readonly string[]): string[] {
  const tests = patterns.map((pattern) => ({
    excludes: pattern.startsWith('!'),
    regex: new RegExp(
      `^${pattern
        .replace(/^!/, '')
        .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
        .replaceAll('*', '.*')}$`,
      'i',
    ),
  }))
  const includes = tests.filter((each) => !each.excludes)
  const chosen = names.filter(
    (name) =>
      (includes.length === 0 || includes.some(({ regex }) => regex.test(name))) &&
      !tests.some(({ excludes, regex }) => excludes && regex.test(name)),
  )
  if (chosen.length === 0) throw new UserError(`no project "${patterns.join(' ')}"; known: ${names.join(', ')}`, 2)
  return chosen
}
