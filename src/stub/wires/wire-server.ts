import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CounterWords } from '../counter-words.ts'
import { createCounters } from '../metrics.ts'

/** How a wire misbehaves: in the middle of an answer, or instead of one. */
export type WireFault =
  /** Refuses with the status that this kind of server has for "too busy". */
  | 'busy'
  /** An error after the headers, as this kind of server reports it. */
  | 'error'
  /** The connection breaks in the middle. */
  | 'cut'
  /** A clean end without what marks the end of an answer. */
  | 'unfinished'

export interface WireOptions {
  readonly port?: number
  readonly model?: string
  readonly fault?: WireFault
  /** Ends answers of itself after so many tokens, where nothing forbids it; absent: never. */
  readonly naturalTokens?: number
  readonly promptTokens?: number
}

export interface WireRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The parsed body; undefined when it is not JSON. */
  readonly body: unknown
}

export interface Wire {
  /** Origin, no path. */
  readonly url: string
  /** Everything that was asked, in order of arrival. */
  readonly requests: readonly WireRequest[]
  close(): Promise<void>
}

export type WireHandler = (request: WireRequest, response: ServerResponse) => void

/** A server on a port of the loopback, a free one for 0. Answers are written at once: wires are about bytes, not about time. */
export async function startWire(handle: WireHandler, port = 0): Promise<Wire> {
  const requests: WireRequest[] = []
  const server = createServer((incoming, response) => {
    void read(incoming).then((text) => {
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: parse(text),
      }
      requests.push(request)
      handle(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Counters as this kind of server writes them; every answer that is given whole is counted, at once as wires answer. */
export interface WireCounters {
  count(promptTokens: number, tokens: number): void
  send(response: ServerResponse): void
}

export function wireCounters(model: string, words: CounterWords): WireCounters {
  const counters = createCounters(model, words)
  return {
    count: (promptTokens, tokens) => counters.count({ promptTokens, cachedTokens: 0, tokens, ttft: 1e-6, e2e: 1e-6 }),
    send(response) {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
      response.end(counters.text(0))
    },
  }
}

export function sendJson(response: ServerResponse, status: number, value: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(value))
}

/** Breaks the connection after what was written has gone out. */
export function cut(response: ServerResponse): void {
  response.write('', () => response.destroy())
}

/** Tokens of an answer: words, and one in seven a letter of several bytes. */
export function tokenTexts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => (index % 7 === 6 ? ' 数é' : ` w${index}`))
}

/** Where a fault strikes: after half of the tokens. */
export const halfOf = (count: number): number => Math.ceil(count / 2)

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {}
}

export function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

async function read(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
