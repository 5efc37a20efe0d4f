import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** What came back on a bare socket. */
export interface Exchange {
  readonly text: string
  /** How the connection stood when the reading stopped. */
  readonly ended: 'open' | 'closed' | 'reset'
  readonly status: number | null
  readonly headers: string
  /** The body with HTTP chunks joined; as far as it came. */
  readonly body: string
  /** Size in bytes of each HTTP chunk, the last one (0) included. */
  readonly chunkSizes: readonly number[]
  /** Data of each SSE event, comments left out. */
  readonly events: readonly string[]
  /** The events that are JSON. */
  readonly json: readonly StreamJson[]
}

/** An event as an OpenAI-compatible stream carries it, as far as tests look at it. */
export interface StreamJson {
  readonly id?: string
  readonly choices?: readonly {
    readonly text?: string
    readonly delta?: {
      readonly content?: string
      readonly reasoning_content?: string
      readonly tool_calls?: readonly { readonly function: { readonly arguments: string } }[]
    }
    readonly finish_reason: string | null
  }[]
  readonly usage?: Readonly<Record<string, unknown>>
  readonly error?: Readonly<Record<string, unknown>>
  readonly stub?: { readonly i: number; readonly sent_ns: string; readonly received_ns: string }
}

export function generationRequest(
  body: object,
  path = '/v1/completions',
  headers: Record<string, string> = {},
): string {
  const text = JSON.stringify(body)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\nhost: stub\r\ncontent-length: ${Buffer.byteLength(text)}\r\n${lines.join('')}\r\n${text}`
}

/**
 * Sends bytes and reads until the connection ends, or nothing came for `quietMs`, or for `settleMs` after what looks like
 * a whole reply.
 */
export async function exchange(port: number, request: string, quietMs = 150, settleMs = 15): Promise<Exchange> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let text = ''
  let ended: Exchange['ended'] = 'open'
  let lastByte = performance.now()
  socket.setEncoding('latin1')
  socket.on('data', (bytes: string) => {
    text += bytes
    lastByte = performance.now()
  })
  socket.on('end', () => (ended = 'closed'))
  socket.on('error', () => (ended = 'reset'))
  socket.write(request)
  const whole = () => text.endsWith('\r\n0\r\n\r\n') || lengthReached(text)
  const state = () => ended
  while (state() === 'open' && performance.now() - lastByte < (whole() ? settleMs : quietMs)) await delay(2)
  socket.destroy()
  return { text, ended, ...parse(text) }
}

function lengthReached(text: string): boolean {
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
  const length = /content-length: (\d+)/i.exec(head)?.[1]
  return length !== undefined && body.length >= Number(length)
}

function parse(text: string): Omit<Exchange, 'text' | 'ended'> {
  const [headers = '', rest = ''] = text.split(/\r\n\r\n(.*)/s)
  const chunkSizes: number[] = []
  let body = rest
  if (/transfer-encoding: chunked/i.test(headers)) {
    body = ''
    for (let at = 0; at < rest.length;) {
      const lineEnd = rest.indexOf('\r\n', at)
      if (lineEnd < 0) break
      const size = Number.parseInt(rest.slice(at, lineEnd), 16)
      chunkSizes.push(size)
      body += rest.slice(lineEnd + 2, lineEnd + 2 + size)
      at = lineEnd + 4 + size
    }
  }
  const status = /^HTTP\/1\.1 (\d+)/.exec(headers)?.[1]
  const events = body
    .split(/\r?\n\r?\n/)
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice('data: '.length))
  const json = events.flatMap((event) => {
    try {
      return [JSON.parse(event) as StreamJson]
    } catch {
      return []
    }
  })
  return { status: status === undefined ? null : Number(status), headers, body, chunkSizes, events, json }
}
