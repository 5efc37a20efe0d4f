import type { Launch } from '../backend.ts'

interface LaunchKey {
  /** The arguments without the key, where it goes another way. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** What requests must then carry. */
  readonly headers: NonNullable<Launch['headers']>
}

const flags = /^--api-keys?$/

/**
 * A key among the server's arguments, which every user of the machine can read there: handed over by `variable` where the server
 * knows one, else left where it is. Requests get it as a bearer token either way.
 */
export function takeKey(args: readonly string[], variable: string | null): LaunchKey {
  const at = args.findIndex((word) => flags.test(word.split('=')[0] ?? ''))
  const [flag, ...joined] = args[at]?.split('=') ?? []
  const inline = joined.length > 0
  const key = inline ? joined.join('=') : args[at + 1]
  if (flag === undefined || key === undefined || key === '' || (!inline && key.startsWith('-'))) {
    return { args, env: {}, headers: {} }
  }
  const headers = { authorization: `Bearer ${key}` }
  const more = args[at + 2]
  // Several keys have no variable to go into.
  const several = !inline && more !== undefined && !more.startsWith('-')
  if (variable === null || several) return { args, env: {}, headers }
  return { args: args.toSpliced(at, inline ? 1 : 2), env: { [variable]: key }, headers }
}
