import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import type { SecureContext } from 'node:tls'
import { createSecureContext } from 'node:tls'
import { UserError } from '../../../errors.ts'

/** Where connections go. */
export interface Endpoint {
  readonly index: number
  readonly host: string
  readonly port: number
  /** Value of the Host header. */
  readonly authority: string
  /** Path before each request's own, without a trailing slash. */
  readonly prefix: string
  readonly tls: { readonly context: SecureContext; readonly servername: string } | null
  readonly lookup: LookupFunction
}

/** `ca`: PEM texts, the whole list of trusted authorities; empty means Node's own list. Throws UserError on a bad url. */
export function parseEndpoint(url: string, index: number, ca: readonly string[]): Endpoint {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) {
    throw new UserError(`"${url}" is not an http or https URL`, 2)
  }
  const secure = parsed.protocol === 'https:'
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1')
  return {
    index,
    host,
    port: parsed.port === '' ? (secure ? 443 : 80) : Number(parsed.port),
    authority: parsed.host,
    prefix: parsed.pathname.replace(/\/+$/, ''),
    tls: secure
      ? {
          context: createSecureContext(ca.length > 0 ? { ca: [...ca] } : {}),
          servername: isIP(host) === 0 ? host : '',
        }
      : null,
    lookup: rememberedLookup(),
  }
}

/** Asks the resolver once: a name's lookup goes through a thread pool and would be in the way of each new connection. */
function rememberedLookup(): LookupFunction {
  let known: { address: string; family: number }[] | null = null
  return (hostname, options, callback) => {
    const answer = (addresses: { address: string; family: number }[]): void => {
      if (options.all === true) callback(null, addresses)
      else callback(null, addresses[0]!.address, addresses[0]!.family)
    }
    if (known !== null) {
      process.nextTick(answer, known)
      return
    }
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '')
        return
      }
      known = addresses
      answer(addresses)
    })
  }
}
