import type { ReplyFixture } from './http-fixtures.ts'

export interface StreamFixture {
  readonly name: string
  readonly bytes: Buffer
  /** Event type and data of each event. */
  readonly events: readonly (readonly [event: string | null, data: string])[]
}

function stream(name: string, text: string | Buffer, ...events: [string | null, string][]): StreamFixture {
  return { name, bytes: Buffer.from(text as string), events }
}

const bom = '\u{feff}'

/** Event streams and the events that the WHATWG standard finds in them. */
export const sseFixtures: readonly StreamFixture[] = [
  stream('LF', 'data: a\n\ndata: b\n\n', [null, 'a'], [null, 'b']),
  stream('CR', 'data: a\r\rdata: b\r\r', [null, 'a'], [null, 'b']),
  stream('CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', [null, 'a'], [null, 'b']),
  stream(
    'line ends mixed',
    'data: a\r\n\ndata: b\n\rdata: c\r\r\ndata: d\r\n\r\n',
    [null, 'a'],
    [null, 'b'],
    [null, 'c'],
    [null, 'd'],
  ),
  stream('no space after the colon', 'data:a\n\n', [null, 'a']),
  stream('only one space is dropped', 'data:  a \n\n', [null, ' a ']),
  stream('comments', ': ping\n\n:\ndata: a\n: more\ndata: b\n\n:end\n\n', [null, 'a\nb']),
  stream('multi-line data', 'data: a\ndata:\ndata: b\n\n', [null, 'a\n\nb']),
  stream('data without a colon', 'data\n\ndata\ndata\n\n', [null, ''], [null, '\n']),
  stream('empty data', 'data:\n\ndata: \n\n', [null, ''], [null, '']),
  stream(
    'event types',
    'event: token\ndata: a\n\ndata: b\nevent: token\n\ndata: c\n\n',
    ['token', 'a'],
    ['token', 'b'],
    [null, 'c'],
  ),
  stream(
    'the last event type counts',
    'event: one\nevent: another\ndata: a\n\nevent: x\nevent\ndata: b\n\n',
    ['another', 'a'],
    [null, 'b'],
  ),
  stream('event type without data is dropped', 'event: a\n\ndata: b\n\n', [null, 'b']),
  stream('long event type', `event: ${'n'.repeat(300)}\ndata: a\n\n`, ['n'.repeat(300), 'a']),
  stream('other fields', 'id: 1\nretry: 10\nfoo: bar\nevents: x\ndat: y\ndatum: z\ndata: a\n\n', [null, 'a']),
  stream('field names are exact', ' data: a\n\nData: b\n\ndata : c\n\ndataa: d\n\ndata: e\n\n', [null, 'e']),
  stream('blank lines', '\n\n\r\n\rdata: a\n\n\n\n', [null, 'a']),
  stream('byte order mark', `${bom}data: a\n\n`, [null, 'a']),
  stream('a second byte order mark is no mark', `${bom}${bom}data: a\n\ndata: b\n\n`, [null, 'b']),
  stream('half a byte order mark', Buffer.from([0xef, 0xbb, 0x0a, ...Buffer.from('data: a\n\n')]), [null, 'a']),
  stream('UTF-8', 'data: 日本語 😀 é\n\ndata: ß\n\n', [null, '日本語 😀 é'], [null, 'ß']),
  stream('UTF-8 in an event type', 'event: größe\ndata: a\n\n', ['größe', 'a']),
  stream('colons in data', 'data: a: b:c\n\n', [null, 'a: b:c']),
  stream('the rest is dropped', 'data: a\n\ndata: b\n', [null, 'a']),
  stream('the rest is dropped within a line', 'data: a\n\ndata: b', [null, 'a']),
  stream('nothing', ''),
]

/** The same streams inside a reply: the echo decoder's JSON, with all that SSE allows around it. */
const dressed = [
  `${bom}: hello\r\n\r\n`,
  'event: token\r\ndata: {"text":\r\ndata: "日本"}\r\n\r\n',
  ': ping\r\rdata:{"reasoning":"🙂"}\r\r',
  'id: 7\nretry: 5\ndata: {"toolCall":"f()"}\n\n',
  'data: {"text":"","tokens":1}\n\ndata: {"role":true}\n\n',
  'data: {"finishReason":"length"}\n\ndata: {"usage":{"promptTokens":3,"outputTokens":9,"cachedTokens":1,"reasoningTokens":2}}\n\n',
  'data: [DONE]\n\n',
].join('')

export const dressedReply: ReplyFixture = {
  name: 'server-sent events with everything',
  bytes: Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(dressed)}\r\n\r\n${dressed}`),
  ending: 'keep',
  outcome: 'ok',
  status: 200,
  text: '日本🙂f()',
  chunks: 8,
  error: null,
}
