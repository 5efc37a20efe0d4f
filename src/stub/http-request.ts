/** A request as the stub reads it: header names in lower case. */
export interface HttpRequest {
  readonly method: string
  readonly version: '1.0' | '1.1'
  /** Without the query. */
  readonly path: string
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface RequestReader {
  /** Takes bytes as they come; calls back for each request that they complete. Throws on what is not HTTP. */
  feed(bytes: Buffer): void
}

const headEnd = Buffer.from('\r\n\r\n')
const maxHeadBytes = 64 * 1024

/** HTTP/1 requests with a length, in chunks, or without a body. `onContinue`: the client waits for `100 Continue`. */
export function createRequestReader(onRequest: (request: HttpRequest) => void, onContinue: () => void): RequestReader {
  let pending: Buffer = Buffer.alloc(0)
  let head: Omit<HttpRequest, 'body'> | null = null

  function step(): boolean {
    if (head === null) {
      const end = pending.indexOf(headEnd)
      if (end < 0) {
        if (pending.length > maxHeadBytes) throw new Error('request head is too long')
        return false
      }
      head = parseHead(pending.toString('latin1', 0, end))
      pending = pending.subarray(end + headEnd.length)
      if (head.headers.get('expect')?.toLowerCase() === '100-continue') onContinue()
    }
    const body = takeBody(head.headers, pending)
    if (body === null) return false
    const request = { ...head, body: body.text }
    pending = pending.subarray(body.length)
    head = null
    onRequest(request)
    return pending.length > 0
  }

  return {
    feed(bytes) {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
      while (step());
    },
  }
}

function parseHead(text: string): Omit<HttpRequest, 'body'> {
  const [first = '', ...lines] = text.split('\r\n')
  const match = /^([A-Z]+) (\S+) HTTP\/(1\.[01])$/.exec(first)
  if (match === null) throw new Error(`not an HTTP/1.1 request: ${first.slice(0, 60)}`)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon <= 0) throw new Error(`not a header: ${line.slice(0, 60)}`)
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  const target = match[2] as string
  return {
    method: match[1] as string,
    version: match[3] as '1.0' | '1.1',
    path: target.split('?')[0] as string,
    headers,
  }
}

function takeBody(headers: ReadonlyMap<string, string>, bytes: Buffer): { text: string; length: number } | null {
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') return takeChunks(bytes)
  const length = Number(headers.get('content-length') ?? 0)
  if (!Number.isInteger(length) || length < 0) throw new Error('content-length is not a length')
  return bytes.length < length ? null : { text: bytes.toString('utf8', 0, length), length }
}

function takeChunks(bytes: Buffer): { text: string; length: number } | null {
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error('chunk size is not a number')
    at = lineEnd + 2
    if (bytes.length < at + size + 2) return null
    if (size === 0) return { text: Buffer.concat(parts).toString('utf8'), length: at + 2 }
    parts.push(bytes.subarray(at, at + size))
    at += size + 2
  }
}
