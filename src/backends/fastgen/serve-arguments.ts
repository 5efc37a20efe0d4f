import { UserError } from '../../errors.ts'

/**
 * The user's words as keyword arguments of `mii.serve`: `--hostfile FILE --inference-engine-config.state-manager.max-context 4096`.
 * Dots lead into nested ones; a value is JSON where it can be read as such, else text; a flag alone is true.
 */
export function serveArguments(words: readonly string[]): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const match = /^--([a-z][\w.-]*)(?:=(.*))?$/is.exec(word)
    if (match === null) {
      throw new UserError(
        `fastgen: server argument "${word}" is no --name. Write mii.serve's keywords: --max-length 4096`,
        2,
      )
    }
    const next = words[at + 1]
    const follows = match[2] === undefined && next !== undefined && !next.startsWith('--')
    if (follows) at++
    setAt(given, match[1]!.replaceAll('-', '_').split('.'), valueOf(match[2] ?? (follows ? next : 'true')))
  }
  return given
}

function setAt(into: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[name] = value
    return
  }
  const inner = into[name]
  const nested = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {}
  into[name] = nested
  setAt(nested, rest, value)
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
