import type { Wire } from '../../../backends/backend.ts'
import { UserError } from '../../../errors.ts'
import { protoMethod } from '../../../grpc/proto-method.ts'
import { grpcTarget } from '../../../grpc/target.ts'
import { ConnectionPool } from '../pool.ts'
import { bytesOf } from '../../prepared-request.ts'
import type { Transport, TransportTarget } from '../transport.ts'
import { ChannelConnection, type GrpcEndpoint } from './channel-connection.ts'
import { GrpcCall, metadataOf } from './grpc-call.ts'

/**
 * gRPC over cleartext HTTP/2, a channel of its own for each client, one call at a time on it. A planned body is the
 * request message as JSON, an event the answer's message as JSON. Throws UserError on a bad url.
 */
export function grpcTransport(
  { proto, service, method }: Extract<Wire, { transport: 'grpc' }>,
  { endpoints: given }: TransportTarget,
): Transport {
  const endpoints = given.map(({ url }) => ({ target: grpcTarget(url) }))
  const { path, requestSerialize, responseDeserialize } = protoMethod(proto, service, method)
  return {
    headersApart: true,
    encode(planned) {
      try {
        metadataOf(planned)
      } catch (error) {
        throw new UserError(
          `a header cannot go with gRPC: ${error instanceof Error ? error.message : String(error)}`,
          2,
        )
      }
      const message = requestSerialize(JSON.parse(planned.body) as object)
      return endpoints.map(() => message)
    },
    start({ now, batches }) {
      const pool = new ConnectionPool<GrpcEndpoint, ChannelConnection>(
        (id, endpoint, owner) => new ChannelConnection(id, endpoint, owner, batches, now),
      )
      const context = { pool, now, path }
      return {
        preconnect: async (endpoint, count, seconds) => await pool.preconnect(endpoints[endpoint]!, count, seconds),
        call: (request, endpoint, sink) =>
          new GrpcCall(context, endpoints[endpoint]!, request, bytesOf(request, endpoint), sink),
        textOf: (bytes, start, end) => JSON.stringify(responseDeserialize(bytes.subarray(start, end))),
        destroy: () => pool.destroy(),
      }
    },
  }
}
