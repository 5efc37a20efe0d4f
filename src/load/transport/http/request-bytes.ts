import { UserError } from '../../../errors.ts'
import type { PlannedRequest } from '../../plan.ts'
import type { Endpoint } from './endpoint.ts'

/** Throws UserError when a header cannot be written. */
export function requestBytes(planned: PlannedRequest, method: 'POST' | 'GET', endpoint: Endpoint): Buffer {
  const body = Buffer.from(planned.body, 'utf8')
  const headers = new Map<string, [name: string, value: string]>([
    ['host', ['Host', endpoint.authority]],
    ['accept-encoding', ['Accept-Encoding', 'identity']],
    ['user-agent', ['User-Agent', 'servemark']],
  ])
  for (const [name, value] of Object.entries(planned.headers)) headers.set(name.toLowerCase(), [name, value])
  headers.delete('transfer-encoding')
  headers.delete('content-length')
  if (method === 'POST' || body.length > 0) headers.set('content-length', ['Content-Length', String(body.length)])
  const lines = [`${method} ${endpoint.prefix}${planned.path} HTTP/1.1`]
  for (const [name, value] of headers.values()) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw new UserError(`header "${name}" is not a valid name`, 2)
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new UserError(`the value of header "${name}" has a line break or a character outside Latin-1`, 2)
    }
    lines.push(`${name}: ${value}`)
  }
  if (!/^[\x21-\x7e]+$/.test(planned.path)) throw new UserError(`path "${planned.path}" is not a valid request path`, 2)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body])
}
