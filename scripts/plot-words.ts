/**
 * The command line as `parseArgs` takes it: `--data_dirs a b` of the original becomes `--data-dirs a --data-dirs b`. `lists`
 * are the options that take several values.
 */
export function plotWords(words: readonly string[], lists: ReadonlySet<string>): string[] {
  const result: string[] = []
  let list: string | null = null
  for (const word of words) {
    if (word.startsWith('--')) {
      const [name = '', ...value] = word.slice(2).split('=')
      const option = name.replaceAll('_', '-')
      list = lists.has(option) ? option : null
      if (list === null || value.length > 0) result.push(`--${[option, ...value].join('=')}`)
    } else if (list !== null && !word.startsWith('-')) result.push(`--${list}=${word}`)
    else {
      list = null
      result.push(word)
    }
  }
  return result
}
