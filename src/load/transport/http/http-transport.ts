import type { Wire } from '../../../backends/backend.ts'
import { ConnectionPool } from '../pool.ts'
import type { Transport, TransportTarget } from '../transport.ts'
import { Connection } from './connection.ts'
import { parseEndpoint, type Endpoint } from './endpoint.ts'
import { HttpCall, type HttpCallContext } from './http-call.ts'
import { requestBytes } from './request-bytes.ts'

/** HTTP/1.1, one request at a time on a connection. Throws UserError on a bad url. */
export function httpTransport(
  { framing }: Extract<Wire, { transport: 'http' }>,
  { endpoints: given, method, ca }: TransportTarget,
): Transport {
  const endpoints = given.map(({ url }, index) => parseEndpoint(url, index, ca))
  return {
    headersApart: false,
    encode: (planned) => endpoints.map((endpoint) => requestBytes(planned, method, endpoint)),
    start: ({ now, batches, openSocket }) => {
      const pool = new ConnectionPool<Endpoint, Connection>(
        (id, endpoint, owner) => new Connection(id, endpoint, owner, batches, now, openSocket),
      )
      const context: HttpCallContext = { pool, now, batches, framing, ended: [] }
      return {
        preconnect: async (endpoint, count, seconds) => await pool.preconnect(endpoints[endpoint]!, count, seconds),
        call: (request, endpoint, sink) => {
          const call = context.ended.pop() ?? new HttpCall(context)
          call.begin(endpoints[endpoint]!, request, sink)
          return call
        },
        textOf: (bytes, start, end) => bytes.toString('utf8', start, end),
        destroy: () => pool.destroy(),
      }
    },
  }
}
