import { ProtocolError } from '../protocol-error.ts'

export interface ResponseHead {
  readonly version: '1.0' | '1.1'
  readonly status: number
  readonly reason: string
  /** Names in lower case; repeated headers are joined by a comma. */
  readonly headers: Map<string, string>
  /** Name of the header read last. */
  last: string
}

/** How the end of a body is known: bytes, chunks, or the end of the connection (RFC 9112, 6.3). */
export type BodyLength = number | 'chunked' | 'until-close'

export function parseStatusLine(line: string): ResponseHead {
  const match = /^HTTP\/(1\.[01]) ([1-9]\d\d)(?: (.*))?$/.exec(line)
  if (match === null) throw new ProtocolError(`not an HTTP/1.x status line: ${JSON.stringify(line.slice(0, 80))}`)
  return {
    version: match[1] as '1.0' | '1.1',
    status: Number(match[2]),
    reason: match[3] ?? '',
    headers: new Map(),
    last: '',
  }
}

interface Header {
  readonly name: string
  readonly value: string
}

/** A server sends nearly the same lines with each reply. */
const known = new Map<string, Header>()
const mostKnown = 1000

export function parseHeaderLine(head: ResponseHead, line: string): void {
  if ((line.startsWith(' ') || line.startsWith('\t')) && head.last !== '') {
    head.headers.set(head.last, `${head.headers.get(head.last) ?? ''} ${line.trim()}`)
    return
  }
  const { name, value } = known.get(line) ?? newHeader(line)
  const before = head.headers.get(name)
  head.headers.set(name, before === undefined ? value : `${before}, ${value}`)
  head.last = name
}

function newHeader(line: string): Header {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0)).toLowerCase()
  if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) {
    throw new ProtocolError(`not a header line: ${JSON.stringify(line.slice(0, 80))}`)
  }
  const header = { name, value: line.slice(colon + 1).trim() }
  // Some lines are new with each reply, such as the id of its request.
  if (known.size === mostKnown) known.clear()
  known.set(line, header)
  return header
}

/** Throws ProtocolError on lengths and codings that cannot be read. */
export function bodyLength(head: ResponseHead): BodyLength {
  const encoding = head.headers.get('content-encoding')?.toLowerCase() ?? 'identity'
  if (encoding !== 'identity' && encoding !== '') {
    throw new ProtocolError(`content-encoding "${encoding}" was not asked for`)
  }
  if (head.status === 204 || head.status === 304) return 0
  const transfer = head.headers.get('transfer-encoding')
  if (transfer !== undefined) {
    if (transfer.toLowerCase() === 'chunked') return 'chunked'
    throw new ProtocolError(`transfer-encoding "${transfer}" is not supported`)
  }
  const length = head.headers.get('content-length')
  if (length === undefined) return 'until-close'
  const values = new Set(length.split(',').map((part) => part.trim()))
  const [value = ''] = values
  if (values.size !== 1 || !/^\d{1,15}$/.test(value))
    throw new ProtocolError(`content-length "${length}" is not a length`)
  return Number(value)
}

export function keepsAlive(head: ResponseHead): boolean {
  const connection = head.headers.get('connection')
  if (connection === undefined) return head.version === '1.1'
  const options = connection.toLowerCase().split(',')
  const has = (option: string): boolean => options.some((part) => part.trim() === option)
  if (has('close')) return false
  return head.version === '1.1' || has('keep-alive')
}
