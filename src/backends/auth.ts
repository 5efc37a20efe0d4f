import { UserError } from '../errors.ts'

export const keyVariables = ['SERVEMARK_API_KEY', 'OPENAI_API_KEY'] as const
export type KeyVariable = (typeof keyVariables)[number]
type Environment = Readonly<Record<string, string | undefined>>

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

const redacted = '[redacted]'
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
const isHarmless = (name: string) => harmlessHeaders.has(name.toLowerCase())

/** Variables whose values are secrets wherever they appear. */
const secretVariable = /(_API_KEY|_TOKEN|_SECRET|_PASSWORD)$/
/** A variable that only looks like a secret, `X_TOKEN=1`, must not eat every 1. */
const shortestGuess = 8
const secretFlag = /^--?[\w-]*(key|token|secret|password)$/i

export interface Redactor {
  text(text: string): string
  /** Names stay, so that a reader sees what was sent. */
  headers(headers: Readonly<Record<string, string>>): Record<string, string>
  /** A command line: `--api-key X`, `--header 'name: X'`, and secrets inside any word. */
  args(argv: readonly string[]): string[]
  /** Strings at any depth of plain data. */
  value<T>(value: T): T
}

/** Removes keys from whatever is shown or stored: the environment's, those in the headers, and what looks like one. */
export function createRedactor(env: Environment, headers: Readonly<Record<string, string>> = {}): Redactor {
  const secrets = new Set<string>()
  const add = (secret: string | undefined) => {
    const bare = secret?.trim()
    if (!bare) return
    for (const form of [bare, JSON.stringify(bare).slice(1, -1), encodeURIComponent(bare)]) secrets.add(form)
  }
  for (const name of keyVariables) add(env[name])
  for (const [name, value] of Object.entries(env)) {
    if (secretVariable.test(name) && (value ?? '').trim().length >= shortestGuess) add(value)
  }
  for (const [name, value] of Object.entries(headers)) {
    if (isHarmless(name)) continue
    add(value)
    add(/^(?:bearer|basic|token)\s+(.+)$/i.exec(value)?.[1])
  }
  const patterns = [...secrets].sort((a, b) => b.length - a.length).map(secretPattern)

  const text = (input: string) => {
    let out = input.replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${redacted}`)
    out = out.replace(/\b(sk-|hf_)[\w-]{16,}/g, redacted)
    for (const pattern of patterns) out = out.replace(pattern, redacted)
    return out
  }
  const redactHeaders = (input: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(input).map(([name, value]) => [name, isHarmless(name) ? text(value) : redacted]))
  const value = (input: unknown): unknown => {
    if (typeof input === 'string') return text(input)
    if (Array.isArray(input)) return input.map(value)
    if (typeof input === 'object' && input !== null) {
      return Object.fromEntries(Object.entries(input).map(([key, one]) => [key, value(one)]))
    }
    return input
  }
  return {
    text,
    headers: redactHeaders,
    args: (argv) => redactArgs(argv, text),
    value: <T>(input: T) => value(input) as T,
  }
}

/** Short secrets only as whole words: a key "abc" must not eat half of a text. */
function secretPattern(secret: string): RegExp {
  const escaped = secret.replace(/[$()*+.?[\\\]^{|}/-]/g, '\\$&')
  return secret.length < 6 ? new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'g') : new RegExp(escaped, 'g')
}

function redactArgs(argv: readonly string[], text: (input: string) => string): string[] {
  let inside: 'nothing' | 'secret' | 'header' = 'nothing'
  return argv.map((word) => {
    if (word.startsWith('-')) {
      const [, flag = word, given] = /^(--?[\w-]+)=(.*)$/s.exec(word) ?? []
      const kind = secretFlag.test(flag) ? 'secret' : /^--?headers?$/i.test(flag) ? 'header' : 'nothing'
      inside = given === undefined ? kind : 'nothing'
      if (given === undefined) return text(word)
      if (kind === 'secret') return `${flag}=${redacted}`
      return kind === 'header' ? `${flag}=${redactHeaderWord(given)}` : text(word)
    }
    const state = inside
    if (state !== 'header') inside = 'nothing'
    if (state === 'secret') return redacted
    return state === 'header' && word.includes(':') ? redactHeaderWord(word) : text(word)
  })
}

function redactHeaderWord(word: string): string {
  const colon = word.indexOf(':')
  if (colon < 0) return redacted
  const name = word.slice(0, colon)
  return isHarmless(name.trim()) ? word : `${name}: ${redacted}`
}
