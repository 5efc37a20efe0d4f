import type { Outcome } from '../../recording/vocabulary.ts'
import { chunk, goodEvents, sseReply } from './raw-server.ts'
import type { Ending } from './scripted-socket.ts'

/** One reply as bytes, and what must be recorded of it however its bytes are cut into reads. */
export interface ReplyFixture {
  readonly name: string
  readonly bytes: string | Buffer
  readonly ending: Ending
  readonly outcome: Outcome
  readonly status: number | null
  readonly text: string
  readonly chunks: number
  readonly error: string | null
}

type Details = Partial<Omit<ReplyFixture, 'name' | 'bytes'>>

function ok(name: string, bytes: string | Buffer, details: Details = {}): ReplyFixture {
  return { name, bytes, ending: 'keep', outcome: 'ok', status: 200, text: 'ab', chunks: 4, error: null, ...details }
}

function bad(name: string, bytes: string, outcome: Outcome, error: string, details: Details = {}): ReplyFixture {
  return { name, bytes, ending: 'keep', outcome, status: 200, text: '', chunks: 0, error, ...details }
}

const eventStream = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n'
const chunked = `${eventStream}Transfer-Encoding: chunked\r\n\r\n`
const events = goodEvents.map((data) => `data: ${data}\n\n`)
const body = events.join('')
const wholeChunks = events.map(chunk).join('')
const oneToken = chunk(events[0]!)

/** Every way an HTTP/1.x reply may be framed, end, or be wrong. */
export const httpFixtures: readonly ReplyFixture[] = [
  ok('chunked', sseReply(goodEvents)),
  ok('bare LF everywhere', sseReply(goodEvents).replaceAll('\r\n', '\n')),
  ok('chunk extensions', `${chunked}${wholeChunks.replace('\r\n', ';name="va;lue";x\r\n')}0;last\r\n\r\n`),
  ok('chunk sizes in capitals with zeros', `${chunked}${hexChunk(body)}0000\r\n\r\n`),
  ok('trailers', `${chunked}${wholeChunks}0\r\nServer-Timing: a;dur=1\r\nX-Checksum: 5\r\n\r\n`),
  ok('chunks that cut events', `${chunked}${body.split('').map(chunk).join('')}0\r\n\r\n`),
  ok('content length', `${eventStream}Content-Length: ${body.length}\r\n\r\n${body}`),
  ok(
    'equal content lengths twice',
    `${eventStream}Content-Length: ${body.length}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ),
  ok(
    'chunked beats content length',
    `${eventStream}Content-Length: 3\r\nTransfer-Encoding: Chunked\r\n\r\n${wholeChunks}0\r\n\r\n`,
  ),
  ok('body until close', `${eventStream}\r\n${body}`, { ending: 'end' }),
  ok('HTTP/1.0 until close', `HTTP/1.0 200 OK\r\n\r\n${body}`, { ending: 'end' }),
  ok('connection: close', sseReply(goodEvents, 'Connection: close\r\n'), { ending: 'end' }),
  ok(
    '100 and 103 before the reply',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${sseReply(goodEvents)}`,
  ),
  ok('no reason phrase', sseReply(goodEvents).replace('200 OK', '200')),
  ok('folded header', sseReply(goodEvents, 'X-Long: one\r\n  two\r\n')),
  ok('a JSON body where a stream was asked for', jsonReply('{"text":"ab","finishReason":"stop"}'), { chunks: 1 }),

  bad('204', 'HTTP/1.1 204 No Content\r\n\r\n', 'truncated', noEvent('unknown', 204), { status: 204 }),
  bad(
    'empty body',
    'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n',
    'truncated',
    noEvent('text/html', 200),
  ),
  bad(
    '503 with a JSON error',
    errorReply('503 Busy', '{"error":{"message":"queue full"}}'),
    'http_error',
    'queue full',
    { status: 503 },
  ),
  bad('500 with text', errorReply('500 Oops', 'a\n  b'), 'http_error', 'a b', { status: 500 }),
  bad('429 without a body', errorReply('429 Too Many Requests', ''), 'http_error', '429 Too Many Requests', {
    status: 429,
  }),
  bad('502 cut short', 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 99\r\n\r\nupstream', 'http_error', 'upstream', {
    status: 502,
    ending: 'end',
  }),
  bad(
    'redirect',
    'HTTP/1.1 307 Moved\r\nLocation: https://other/x\r\nContent-Length: 0\r\n\r\n',
    'http_error',
    '307 redirect to https://other/x is not followed: give the final URL',
    { status: 307 },
  ),

  bad('not HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', 'protocol_error', 'the reply does not begin with "HTTP/1."', {
    status: null,
  }),
  bad('HTTP/2', 'HTTP/2 200\r\n\r\n', 'protocol_error', 'the reply does not begin with "HTTP/1."', { status: null }),
  bad('bad status line', 'HTTP/1.1 abc\r\n\r\n', 'protocol_error', 'not an HTTP/1.x status line: "HTTP/1.1 abc"', {
    status: null,
  }),
  bad('bad header', 'HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'protocol_error', 'not a header line: "no colon"', {
    status: null,
  }),
  bad(
    '101',
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'protocol_error',
    'the server switches protocols, which nobody asked for',
    { status: null },
  ),
  bad(
    'gzip',
    `${eventStream}Content-Encoding: gzip\r\n\r\n`,
    'protocol_error',
    'content-encoding "gzip" was not asked for',
    { status: null },
  ),
  bad(
    'unknown transfer coding',
    `${eventStream}Transfer-Encoding: gzip, chunked\r\n\r\n`,
    'protocol_error',
    'transfer-encoding "gzip, chunked" is not supported',
    { status: null },
  ),
  bad(
    'two content lengths',
    `${eventStream}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`,
    'protocol_error',
    'content-length "5, 6" is not a length',
    { status: null },
  ),
  bad(
    'negative content length',
    `${eventStream}Content-Length: -1\r\n\r\n`,
    'protocol_error',
    'content-length "-1" is not a length',
    { status: null },
  ),
  bad('chunk size missing', `${chunked}${oneToken}\r\n`, 'protocol_error', 'a chunk size is missing', {
    text: 'a',
    chunks: 1,
  }),
  bad('chunk size not hexadecimal', `${chunked}5z\r\n`, 'protocol_error', 'a chunk size is not hexadecimal'),
  bad('chunk size too large', `${chunked}${'f'.repeat(20)}\r\n`, 'protocol_error', 'a chunk size is too large'),
  bad('CR without LF after a size', `${chunked}5\rx`, 'protocol_error', 'a chunk size is followed by CR without LF'),
  bad('chunk longer than its size', `${chunked}2\r\nabc\r\n`, 'protocol_error', 'a chunk is longer than its size'),

  bad(
    'FIN within the headers',
    'HTTP/1.1 200 OK\r\nContent-',
    'truncated',
    'the server closed the connection within the headers',
    { status: null, ending: 'end' },
  ),
  bad(
    'FIN within a chunked body',
    `${chunked}${oneToken}`,
    'truncated',
    'the server closed the connection within the body',
    { ending: 'end', text: 'a', chunks: 1 },
  ),
  bad(
    'FIN within a sized body',
    `${eventStream}Content-Length: 99\r\n\r\n${events[0]}`,
    'truncated',
    'the server closed the connection within the body',
    { ending: 'end', text: 'a', chunks: 1 },
  ),
  bad(
    'FIN before the last chunk',
    `${chunked}${wholeChunks}`,
    'truncated',
    'the server closed the connection within the body',
    { ending: 'end', text: 'ab', chunks: 4 },
  ),
  bad('reset within the body', `${chunked}${oneToken}`, 'connection_error', 'read ECONNRESET within the body', {
    ending: 'reset',
    text: 'a',
    chunks: 1,
  }),
  bad(
    'reset of a body until close',
    `${eventStream}\r\n${body}`,
    'connection_error',
    'read ECONNRESET within the body',
    { ending: 'reset', text: 'ab', chunks: 4 },
  ),
  bad(
    'end mark without a finish',
    sseReply(['{"text":"a"}', '[DONE]']),
    'truncated',
    'the end mark came without a finish reason',
    { text: 'a', chunks: 2 },
  ),
  bad(
    'error event under 200',
    sseReply(['{"text":"a"}', '{"error":"out of memory"}', '[DONE]']),
    'stream_error',
    'out of memory',
    { text: 'a', chunks: 3 },
  ),
  bad('error event, then reset', sseReply(['{"error":"dead"}']).replace('0\r\n\r\n', ''), 'stream_error', 'dead', {
    ending: 'reset',
    chunks: 1,
  }),
  bad(
    'finish reason that is no success',
    sseReply(['{"text":"a"}', '{"finishReason":"abort"}']),
    'stream_error',
    'finish reason "abort"',
    { text: 'a', chunks: 2 },
  ),
  bad(
    'event that is not JSON',
    sseReply(['{"text":"a"}', 'nonsense']),
    'protocol_error',
    `event 2 is not the protocol's: ${notJson('nonsense')}: nonsense`,
    { text: 'a', chunks: 2 },
  ),
]

function hexChunk(text: string): string {
  return `000${text.length.toString(16).toUpperCase()} \r\n${text}\r\n`
}

function jsonReply(json: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`
}

function errorReply(status: string, text: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Length: ${text.length}\r\n\r\n${text}`
}

function noEvent(type: string, status: number): string {
  return `the reply ended without a finish reason (no event in a reply of type ${type}, status ${status})`
}

function notJson(text: string): string {
  try {
    JSON.parse(text)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error(`${text} is JSON`)
}
