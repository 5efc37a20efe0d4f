import { isIP } from 'node:net'
import { UserError } from '../../../errors.ts'

/** Where channels go. */
export interface GrpcEndpoint {
  /** As gRPC names targets, e.g. `ipv4:127.0.0.1:50051`. */
  readonly target: string
}

/** Throws UserError unless the url is `grpc://host:port`. */
export function parseGrpcEndpoint(url: string): GrpcEndpoint {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || parsed.protocol !== 'grpc:' || parsed.port === '') {
    throw new UserError(`"${url}" is not an address for gRPC. Write e.g. grpc://localhost:50051`, 2)
  }
  const { host, hostname } = parsed
  const kind = hostname.startsWith('[') ? 'ipv6' : isIP(hostname) === 4 ? 'ipv4' : 'dns'
  return { target: `${kind}:${host}` }
}
