import { UserError } from '../errors.ts'
import type { BaseUrlKind } from './backend.ts'

/** The last part of the native routes that are asked at a server's root. */
const nativeRoute = /^(generate|generate_stream|completion|score|chat)$/

/**
 * An OpenAI-compatible server's address as requests need it: origin and path prefix with a version in it, no trailing
 * slash, e.g. `http://127.0.0.1:8000/v1`. `/v1` is added when no segment is a version; a route at the end
 * (`/chat/completions`) is cut off; a missing scheme means http where the host is local or has a port.
 * For `root` it is the server itself, without version and route: `http://127.0.0.1:8000`; for `grpc` it is
 * `grpc://127.0.0.1:50050`, of which scheme and port may be missing.
 * Throws UserError; credentials are never repeated in its message.
 */
export function normalizeBaseUrl(input: string, kind: BaseUrlKind = 'openai'): string {
  return normalizers[kind](input.trim())
}

const normalizers: Readonly<Record<BaseUrlKind, (input: string) => string>> = {
  openai: (input) => httpUrl(input, 'openai'),
  root: (input) => httpUrl(input, 'root'),
  grpc: grpcUrl,
}

function httpUrl(input: string, kind: 'openai' | 'root'): string {
  const url = parse(input)
  if (url.username !== '' || url.password !== '') {
    throw new UserError(
      `--base-url must not hold a user name or password. Put the key in SERVEMARK_API_KEY, or use --header 'authorization: ...'`,
      2,
    )
  }
  if (url.search !== '' || url.hash !== '') {
    const rest = url.search === '' ? 'a fragment (#...)' : 'a query (?...)'
    throw new UserError(`--base-url must not hold ${rest}: ${url.origin}${url.pathname}`, 2)
  }
  const segments = url.pathname.split('/').filter(Boolean)
  const route = segments.join('/').match(/(^|\/)(chat\/completions|completions|models)$/)
  if (route) segments.length -= route[2] === 'chat/completions' ? 2 : 1
  if (kind === 'root') return [url.origin, ...rootSegments(segments)].join('/')
  if (!segments.some((segment) => /^v\d/.test(segment))) segments.push('v1')
  return `${url.origin}/${segments.join('/')}`
}

const miiPort = 50_050

function grpcUrl(input: string): string {
  const example = `Write e.g. grpc://localhost:${miiPort}`
  if (input === '') throw new UserError(`--base-url is empty. ${example}`, 2)
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(input)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'grpc') {
    throw new UserError(`--base-url must begin with grpc:// here, not ${scheme}://. ${example}`, 2)
  }
  const given = scheme === undefined ? `grpc://${input}` : input
  const url = URL.canParse(given) ? new URL(given) : null
  const rest =
    url === null ? '' : `${url.username}${url.password}${url.search}${url.hash}${url.pathname.replace(/^\/$/, '')}`
  if (url === null || url.hostname === '' || rest !== '') {
    throw new UserError(`--base-url ${shown(input)} is no host and port. ${example}`, 2)
  }
  return `grpc://${url.hostname}:${url.port === '' ? miiPort : url.port}`
}

/** Where a server's routes beside the API are (`/version`, `/tokenize`): the base url without its version. */
export function serverRoot(baseUrl: string): string {
  return baseUrl.replace(/\/v\d[^/]*$/, '')
}

function parse(input: string): URL {
  if (input === '') throw new UserError('--base-url is empty. Write e.g. http://localhost:8000', 2)
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(input)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw new UserError(`--base-url must begin with http:// or https://, not ${scheme}://`, 2)
  }
  let url: URL
  try {
    url = new URL(scheme === undefined ? `http://${input}` : input)
  } catch {
    throw new UserError(`--base-url ${shown(input)} is no address. Write e.g. http://localhost:8000`, 2)
  }
  if (scheme === undefined && url.username === '' && url.port === '' && !isLocal(url.hostname)) {
    throw new UserError(
      `--base-url ${shown(input)} has no scheme. Write https://${url.host}${url.pathname} or http://${url.host}${url.pathname}`,
      2,
    )
  }
  return url
}

/** What is before an @ may be a password. */
function shown(input: string): string {
  return `"${input.replace(/^(.*:\/\/)?.*@/, '$1...@')}"`
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^\d+\.\d+\.\d+\.\d+$/.test(host)
}

function rootSegments(segments: readonly string[]): readonly string[] {
  const last = segments.at(-1) ?? ''
  if (/^v\d[^/]*$/.test(last)) return segments.slice(0, -1)
  if (!nativeRoute.test(last)) return segments
  const rest = segments.slice(0, -1)
  return rest.at(-1) === 'api' && /^(generate|chat)$/.test(last) ? rest.slice(0, -1) : rest
}
