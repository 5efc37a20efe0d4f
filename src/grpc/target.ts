import { isIP } from 'node:net'
import { UserError } from '../errors.ts'

/** `grpc://host:port` as gRPC names targets, e.g. `ipv4:127.0.0.1:50051`. Throws UserError on anything else. */
export function grpcTarget(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || parsed.protocol !== 'grpc:' || parsed.port === '') {
    throw new UserError(`"${url}" is not an address for gRPC. Write e.g. grpc://localhost:50050`, 2)
  }
  const { host, hostname } = parsed
  const kind = hostname.startsWith('[') ? 'ipv6' : isIP(hostname) === 4 ? 'ipv4' : 'dns'
  return `${kind}:${host}`
}
