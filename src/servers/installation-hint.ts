import type { Launch } from '../backends/backend.ts'

/** Words in which programs say, before they end, that they lack a module or an option; the first group is which. */
const missingModule = /\bNo module named '?([\w.]+)/
const unknownOption = [
  /\bunrecognized arguments?: (--?[\w-]+)/,
  /\b(?:unknown|invalid|unexpected) (?:argument|option):? ['"]?(--?[\w-]+)/i,
  /\bNo such option:? ['"]?(--?[\w-]+)/i,
  /\binvalid choice: ['"]([\w-]+)['"]/,
] as const

/**
 * What the last lines of a server that ended while it loaded say of its installation, with the way out; null: nothing that is
 * known here.
 */
export function installationHint(lines: readonly string[], { argv, missing }: Pick<Launch, 'argv' | 'missing'>) {
  for (const line of lines.toReversed()) {
    const module = missingModule.exec(line)?.[1]
    if (module !== undefined) return `${argv[0]} has no module "${module}". ${missing}`
    const option = unknownOption.flatMap((pattern) => pattern.exec(line)?.[1] ?? [])[0]
    if (option === undefined) continue
    return `the installed version does not know "${option}". Check --server-args, or install another version. ${missing}`
  }
  return null
}
