import { UserError } from '../errors.ts'

export const keyVariables = ['SERVEMARK_API_KEY', 'OPENAI_API_KEY'] as const
export type KeyVariable = (typeof keyVariables)[number]
export type Environment = Readonly<Record<string, string | undefined>>

export interface Auth {
  /** The user's headers (lower case names) and the key's. */
  readonly headers: Readonly<Record<string, string>>
  /** `auth: OPENAI_API_KEY -> host`, for the user to see where a key goes; null when none is sent. */
  readonly line: string | null
}

/**
 * What proves to the server who asks: SERVEMARK_API_KEY, else OPENAI_API_KEY, as a bearer token, unless the user's
 * own headers hold an `authorization`. Empty counts as unset.
 */
export function resolveAuth(env: Environment, userHeaders: Readonly<Record<string, string>>, baseUrl: string): Auth {
  const headers = Object.fromEntries(Object.entries(userHeaders).map(([name, value]) => [name.toLowerCase(), value]))
  const host = new URL(baseUrl).host
  const own = Object.keys(headers).filter((name) => !isHarmless(name))
  if (headers['authorization'] !== undefined) return { headers, line: `auth: --header ${own.join(', ')} -> ${host}` }
  const variable = keyVariables.find((name) => (env[name] ?? '').trim() !== '')
  if (!variable) return { headers, line: own.length === 0 ? null : `auth: --header ${own.join(', ')} -> ${host}` }
  const key = (env[variable] ?? '').trim()
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UserError(`${variable} holds a blank, a line break or a letter outside ASCII: no API key has that`, 2)
  }
  return { headers: { ...headers, authorization: `Bearer ${key}` }, line: `auth: ${variable} -> ${host}` }
}

/** A line for users behind a proxy; null when no proxy variable is set. The proxy's address may hold a password. */
export function proxyNote(env: Environment): string | null {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']
  const set = names.flatMap((name) => [name, name.toLowerCase()]).filter((name) => (env[name] ?? '') !== '')
  return set.length === 0 ? null : `${set.join(', ')}: not used, connections go straight to the server`
}

/** Headers whose values may be shown; every other header of the user's may be a key. */
const harmlessHeaders = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'date',
  'host',
  'server',
  'transfer-encoding',
  'user-agent',
  'x-request-id',
])
export const isHarmless = (name: string) => harmlessHeaders.has(name.toLowerCase())
