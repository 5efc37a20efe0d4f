import type { Wire } from '../../backends/backend.ts'
import { httpTransport } from './http/http-transport.ts'
import type { Transport, TransportTarget } from './transport.ts'

type Transports = {
  readonly [Kind in Wire['transport']]: (
    wire: Extract<Wire, { transport: Kind }>,
    target: TransportTarget,
  ) => Promise<Transport>
}

const transports: Transports = {
  http: async (wire, target) => httpTransport(wire, target),
  // Loaded on use: the library takes 100 ms that other runs need not wait for.
  grpc: async (wire, target) => (await import('./grpc/grpc-transport.ts')).grpcTransport(wire, target),
}

/** What each transport stamps, for a result to tell. */
export const stampedAt: Readonly<Record<Wire['transport'], string>> = {
  http: 'socket read',
  grpc: 'HTTP/2 stream event (native session under @grpc/grpc-js), once a socket read',
}

/** The transport of a plan's wire. Throws UserError when an endpoint is none for it. */
export async function openTransport(wire: Wire, target: TransportTarget): Promise<Transport> {
  // The kind picks the function that takes the wire of that kind, which the type checker cannot follow.
  const ofKind = transports[wire.transport] as (wire: Wire, target: TransportTarget) => Promise<Transport>
  return await ofKind(wire, target)
}
