import { isUtf8 } from 'node:buffer'
import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as requestOverTls } from 'node:https'
import { createSecureContext, type SecureContext } from 'node:tls'
import { UserError } from '../errors.ts'
import { request as requestPlain } from '../plain-http.ts'
import type { ProbeHttp, ProbeResponse } from './backend.ts'

export interface ProbeHttpOptions {
  /** Begins each error line: the backend's id. */
  readonly name: string
  /** PEM texts; the whole list of trusted authorities. */
  readonly ca: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** Longest wait for a connection, and for the answer to a GET. */
  readonly timeoutSeconds: number
  /** Longest wait for the answer to a POST, which may hold a first, cold generation. */
  readonly answerSeconds: number
  readonly signal?: AbortSignal
}

/**
 * HTTP for questions that are not measured: HTTP/1.1, a fresh connection each, no proxy, no redirects. Any status
 * resolves; a connection that fails or an answer that does not come rejects with a UserError that says what to do.
 */
export function createProbeHttp(options: ProbeHttpOptions): ProbeHttp {
  let context: SecureContext | null = null
  const secureContext = (): SecureContext => (context ??= createSecureContext({ ca: [...options.ca] }))

  async function ask(
    method: 'GET' | 'POST',
    url: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ProbeResponse> {
    options.signal?.throwIfAborted()
    const seconds = method === 'GET' ? options.timeoutSeconds : options.answerSeconds
    const deadline = AbortSignal.timeout(seconds * 1000)
    const unconnected = new AbortController()
    const connecting = setTimeout(() => unconnected.abort(), options.timeoutSeconds * 1000)
    const isTls = new URL(url).protocol === 'https:'
    let connected = false
    let request: ClientRequest | null = null
    try {
      request = (isTls ? requestOverTls : requestPlain)(url, {
        method,
        agent: false,
        signal: AbortSignal.any([deadline, unconnected.signal, ...(options.signal ? [options.signal] : [])]),
        headers: {
          accept: 'application/json, text/event-stream',
          ...(method === 'POST' && { 'content-type': 'application/json' }),
          ...options.headers,
          ...headers,
        },
        ...(isTls && { secureContext: secureContext() }),
      })
      // Also what comes once the answer is here.
      request.on('error', () => {})
      request.once('socket', (socket) => {
        socket.once(isTls ? 'secureConnect' : 'connect', () => {
          connected = true
          clearTimeout(connecting)
        })
      })
      request.end(method === 'POST' ? JSON.stringify(body) : undefined)
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      const text = await readBody(options.name, url, response)
      return { status: response.statusCode ?? 0, headers: flatten(response.headers), text, json: parseJson(text) }
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof UserError) throw error
      const silent = deadline.aborted || unconnected.signal.aborted
      const code = silent ? (connected ? 'no answer' : 'no connection') : errorCode(error)
      const waited = connected ? seconds : Math.min(seconds, options.timeoutSeconds)
      throw new UserError(connectionFailure(options.name, url, code, waited, error))
    } finally {
      clearTimeout(connecting)
      request?.destroy()
    }
  }

  return { get: (url) => ask('GET', url), post: (url, body, headers) => ask('POST', url, body, headers) }
}

const longestBody = 8 * 1024 * 1024

/** What stands at an address may send without end. */
async function readBody(name: string, url: string, body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body) {
    parts.push(part)
    length += part.length
    if (length > longestBody) {
      throw new UserError(
        `${name}: ${new URL(url).pathname} answers with more than 8 MiB. Is it an inference server? Check --base-url`,
      )
    }
  }
  return Buffer.concat(parts).toString('utf8')
}

/**
 * One line for a request that got no answer. `code` is the system's, OpenSSL's or Node's error code, or `no answer` or
 * `no connection` when `seconds` went by.
 */
export function connectionFailure(name: string, url: string, code: string, seconds: number, error: unknown): string {
  const { origin, host, hostname, pathname, protocol } = new URL(url)
  const other = protocol === 'https:' ? `http://${host}` : `https://${host}`
  const attempt = `Try: curl ${origin}${pathname}`
  switch (code) {
    case 'ECONNREFUSED':
      return `${name}: nothing listens at ${origin} (${code}). Is the server up? ${attempt}`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${name}: there is no host "${hostname}" (${code}). Check --base-url`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return `${name}: no way to ${origin} (${code}). Check the network and --base-url. ${attempt}`
    case 'no connection':
    case 'ETIMEDOUT':
      return `${name}: no connection to ${origin} within ${seconds} s. Wrong host or port, or a firewall? ${attempt}`
    case 'no answer':
      return `${name}: ${origin} takes connections, but ${pathname} gave no whole answer within ${seconds} s. Busy, or still loading? ${attempt}`
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `${name}: nobody trusted here signed the certificate of ${origin} (${code}). Name its authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem`
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `${name}: the certificate of ${origin} is out of date (${code}). Renew it, or check this machine's clock`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${name}: the certificate of ${origin} is for another name (${code}). Use that name in --base-url`
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'EPROTO':
      return `${name}: ${origin} does not speak TLS (${code}). Use --base-url ${other}`
    case 'ECONNRESET':
    case 'EPIPE':
      return `${name}: ${origin} closed the connection without an answer (${code}). ${protocol === 'http:' ? `Does it want --base-url ${other}?` : attempt}`
    default:
      if (code.startsWith('HPE_')) {
        return `${name}: what answers at ${origin} is no HTTP server (${code}). ${protocol === 'http:' ? `Does it want --base-url ${other}?` : 'Check the port'}`
      }
      return `${name}: ${origin}: ${error instanceof Error ? error.message : String(error)}. ${attempt}`
  }
}

/** The innermost code: several addresses of a host fail together. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const inner = error.cause ? errorCode(error.cause) : 'unknown'
  if (inner !== 'unknown') return inner
  if ('code' in error && typeof error.code === 'string') return error.code
  return error instanceof AggregateError ? errorCode(error.errors[0]) : 'unknown'
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, headerText(Array.isArray(value) ? value.join(', ') : value)]),
  )
}

/** Headers are read as Latin-1; servers that send other letters mean UTF-8. */
function headerText(value = ''): string {
  const bytes = Buffer.from(value, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
