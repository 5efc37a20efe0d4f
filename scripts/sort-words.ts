import { UserError } from '../src/errors.ts'
import { isSuiteFlag } from '../src/plan/flags.ts'

/** Vitest's options that a benchmark run may carry, and whether a value follows as its own word. */
const vitestOptions: Readonly<Record<string, boolean>> = {
  '--project': true,
  '-t': true,
  '--testNamePattern': true,
  '--tags-filter': true,
  '--tagsFilter': true,
  '--reporter': true,
  '--outputFile': true,
  '--shard': true,
  '--merge-reports': false,
  '--mergeReports': false,
  '--bail': true,
  '--list-tags': false,
  '--silent': false,
  '--passWithNoTests': false,
}

export interface SortedWords {
  readonly vitest: readonly string[]
  readonly suite: readonly string[]
}

/**
 * Tells Vitest's words from the suite's, so that one `--` (npm's) is enough. Words after a further `--` are the
 * suite's. Bare words after a suite option are its values; before any, they are file filters for Vitest.
 * Throws a UserError (exit code 2) when a value of Vitest's is missing.
 */
export function sortWords(words: readonly string[]): SortedWords {
  const separator = words.indexOf('--')
  const mixed = separator < 0 ? words : words.slice(0, separator)
  const vitest: string[] = []
  const suite: string[] = []
  let target = vitest
  for (let index = 0; index < mixed.length; index++) {
    const word = mixed[index] ?? ''
    const name = word.split('=', 1)[0] ?? ''
    const base = name.startsWith('--outputFile') ? '--outputFile' : name
    // The one task that the original's -t ever had.
    if (word === '-t' && mixed[index + 1] === 'text-generation') {
      suite.push(word, mixed[++index] ?? '')
      target = suite
    } else if (base in vitestOptions && !isSuiteFlag(word)) {
      vitest.push(word)
      if (vitestOptions[base]) {
        const own = word.includes('=')
        const value = own ? word.slice(name.length + 1) : (mixed[++index] ?? '')
        if (value === '' || (!own && value.startsWith('-'))) throw new UserError(`options: ${name} needs a value`, 2)
        if (!own) vitest.push(value)
      }
      target = vitest
    } else if (word.startsWith('-') && !/^-\d/.test(word)) {
      suite.push(word)
      target = suite
    } else {
      target.push(word)
    }
  }
  return { vitest, suite: [...suite, ...(separator < 0 ? [] : words.slice(separator + 1))] }
}
