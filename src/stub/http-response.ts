import { STATUS_CODES } from 'node:http'

/** Status line and headers, with the blank line after them. */
export function head(status: number, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\nserver: servemark-stub\r\n${lines.join('')}\r\n`
}

/** A whole response with a length. */
export function whole(
  status: number,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  return head(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers }) + body
}

export function httpChunk(data: string, bytes: number): string {
  return `${bytes.toString(16)}\r\n${data}\r\n`
}

export const lastChunk = '0\r\n\r\n'
