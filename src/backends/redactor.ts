import { isHarmless, keyVariables, type Environment } from './auth.ts'

const redacted = '[redacted]'
/** Variables whose values are secrets wherever they appear. */
const secretVariable = /(_API_KEY|_TOKEN|_SECRET|_PASSWORD)$/
/** A variable that only looks like a secret, `X_TOKEN=1`, must not eat every 1. */
const shortestGuess = 8
/** Nor may a header's value. */
const shortestHeader = 4
/** Shorter secrets are removed only as whole words. */
const shortestPart = 6
const secretFlag = /^--?[\w-]*(key|token|secret|password)$/i
/** `api_key`, `x-api-key`, `apiKey`; not `max_tokens`, and not the words for a tokenizer's marks. */
const secretName = /(?:^|[_-])(?:api[_-]?key|key|token|secret|password)$/i
const secretCamel = /[a-z](?:Key|Token|Secret|Password)$/
const tokenizerMark = /^(?:bos|eos|pad|unk|sep|cls|mask|stop)[_-]?token$/i
const isSecretName = (name: string) => (secretName.test(name) || secretCamel.test(name)) && !tokenizerMark.test(name)

export interface Redactor {
  text(text: string): string
  /** UTF-8 of the same length: known secrets become stars. For answers, where what only looks like a key stays. */
  bytes(text: Uint8Array): Uint8Array
  /** Names stay, so that a reader sees what was sent. */
  headers(headers: Readonly<Record<string, string>>): Record<string, string>
  /** A command line: `--api-key X`, `--header 'name: X'`, keys of JSON words, and secrets inside any word. */
  args(argv: readonly string[]): string[]
  /** Strings at any depth of plain data; whole where their key says that they are secret. */
  value<T>(value: T): T
}

/**
 * Removes keys from whatever is shown or stored: the environment's, those in the headers, those that `given` plain data
 * (bodies, command lines) names as such, and what looks like one.
 */
export function createRedactor(
  env: Environment,
  headers: Readonly<Record<string, string>> = {},
  given: readonly unknown[] = [],
): Redactor {
  const secrets = knownSecrets(env, headers, given)
  const patterns = secrets.map(secretPattern)
  const long = secrets.filter((secret) => secret.length >= shortestGuess)
  const inBytes = secrets.filter((secret) => secret.length >= shortestPart).map((secret) => Buffer.from(secret))

  const text = (input: string) => {
    let out = input.replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${redacted}`)
    out = out.replace(/\b(sk-|hf_)[\w-]{16,}/g, redacted)
    out = out.replace(/:\/\/(?:[^\s/?#"'@]+|[^\s/@:"']+:(?!\d+\/)[^\s"'@]*)@/g, `://${redacted}@`)
    out = out.replace(/([?&][^=&\s#]*(?:key|token|secret|password|sig|signature)=)[^&\s#"']+/gi, `$1${redacted}`)
    for (const pattern of patterns) out = out.replace(pattern, redacted)
    for (const secret of long) out = withoutBeginning(out, secret)
    return out
  }
  const redactHeaders = (input: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(input).map(([name, value]) => [name, isHarmless(name) ? text(value) : redacted]))
  const value = (input: unknown, isSecret = false): unknown => {
    if (typeof input === 'string') return isSecret ? redacted : text(input)
    if (Array.isArray(input)) {
      const words: readonly unknown[] = input
      return !isSecret && isWords(words) ? args(words) : words.map((one) => value(one, isSecret))
    }
    if (typeof input === 'object' && input !== null) {
      return Object.fromEntries(
        Object.entries(input).map(([key, one]) => [key, value(one, isSecret || isSecretName(key))]),
      )
    }
    return input
  }
  const word = (input: string): string => {
    const json = jsonObject(input)
    if (json !== null) return text(JSON.stringify(value(json)))
    if (!/^-.*\s/s.test(input)) return text(input)
    return redactArgs(input.split(/\s+/), text).join(' ')
  }
  const args = (argv: readonly string[]) => redactArgs(argv, word)
  return {
    text,
    bytes: (input) => withStars(input, inBytes),
    headers: redactHeaders,
    args,
    value: <T>(input: T) => value(input) as T,
  }
}

/** What a server that gets this environment and `given` might print: secrets that are long enough to be told from words. */
export function secretsOf(env: Environment, given: readonly unknown[]): readonly string[] {
  return knownSecrets(env, {}, given).filter((secret) => secret.length >= shortestPart)
}

/** The longest first: one may hold another. */
function knownSecrets(
  env: Environment,
  headers: Readonly<Record<string, string>>,
  given: readonly unknown[],
): string[] {
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
    if (isHarmless(name) || value.trim().length < shortestHeader) continue
    add(value)
    add(/^(?:bearer|basic|token)\s+(.+)$/i.exec(value)?.[1])
  }
  for (const secret of named(given, false)) if (secret.trim().length >= shortestGuess) add(secret)
  return [...secrets].sort((a, b) => b.length - a.length)
}

/** The strings that plain data calls secret, by a key or by the flag before. */
function named(data: unknown, isSecret: boolean): string[] {
  if (typeof data === 'string') return isSecret ? [data] : []
  if (Array.isArray(data)) {
    const words = isWords(data) ? data.flatMap((word) => (word.startsWith('-') ? word.split(/\s+/) : [word])) : data
    return words.flatMap((one: unknown, index) => {
      const [, flag = '', given = ''] = typeof one === 'string' ? (/^(--?[\w-]+)=(.*)$/s.exec(one) ?? []) : []
      if (given !== '' && secretFlag.test(flag)) return [given]
      const before: unknown = words[index - 1]
      return named(one, isSecret || (typeof before === 'string' && secretFlag.test(before)))
    })
  }
  if (typeof data !== 'object' || data === null) return []
  return Object.entries(data).flatMap(([key, one]) => named(one, isSecret || isSecretName(key)))
}

const isWords = (list: readonly unknown[]): list is readonly string[] => list.every((one) => typeof one === 'string')

function jsonObject(word: string): object | null {
  if (!/^\s*[{[]/.test(word)) return null
  try {
    return JSON.parse(word) as object
  } catch {
    return null
  }
}

/** A key "abc" must not eat half of a text. */
function secretPattern(secret: string): RegExp {
  const escaped = secret.replace(/[$()*+.?[\\\]^{|}/-]/g, '\\$&')
  return secret.length < shortestPart ? new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'g') : new RegExp(escaped, 'g')
}

/** Long texts are cut, and the cut may go through a secret. */
function withoutBeginning(text: string, secret: string): string {
  const head = secret.slice(0, shortestGuess)
  let out = text
  for (let at = out.indexOf(head); at >= 0; at = out.indexOf(head, at + 1)) {
    let end = at + head.length
    while (end < out.length && out[end] === secret[end - at]) end += 1
    if (/^(?:\.\.\.|…|["']|$)/.test(out.slice(end, end + 3))) out = out.slice(0, at) + redacted + out.slice(end)
  }
  return out
}

function withStars(text: Uint8Array, secrets: readonly Buffer[]): Uint8Array {
  const found = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  if (!secrets.some((secret) => found.includes(secret))) return text
  const out = Buffer.from(found)
  for (const secret of secrets) {
    for (let at = out.indexOf(secret); at >= 0; at = out.indexOf(secret, at + secret.length)) {
      out.fill('*', at, at + secret.length)
    }
  }
  return out
}

function redactArgs(argv: readonly string[], redactWord: (input: string) => string): string[] {
  let inside: 'nothing' | 'secret' | 'header' = 'nothing'
  return argv.map((word) => {
    if (word.startsWith('-')) {
      const [, flag = word, given] = /^(--?[\w-]+)=(.*)$/s.exec(word) ?? []
      const kind = secretFlag.test(flag) ? 'secret' : /^--?headers?$/i.test(flag) ? 'header' : 'nothing'
      inside = given === undefined ? kind : 'nothing'
      if (given === undefined) return redactWord(word)
      if (kind === 'secret') return `${flag}=${redacted}`
      return `${flag}=${kind === 'header' ? redactHeaderWord(given) : redactWord(given)}`
    }
    const state = inside
    if (state !== 'header') inside = 'nothing'
    if (state === 'secret') return redacted
    return state === 'header' && word.includes(':') ? redactHeaderWord(word) : redactWord(word)
  })
}

function redactHeaderWord(word: string): string {
  const colon = word.indexOf(':')
  if (colon < 0) return redacted
  const name = word.slice(0, colon)
  return isHarmless(name.trim()) ? word : `${name}: ${redacted}`
}
