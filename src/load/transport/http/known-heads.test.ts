import { expect, test } from 'vitest'
import { KnownHeads } from './known-heads.ts'
import { ResponseParser } from './response-parser.ts'

const chunked = 'transfer-encoding: chunked\r\n'
const reply = (headers: string): string => `HTTP/1.1 200 OK\r\n${headers}${chunked}\r\n3\r\nabc\r\n0\r\n\r\n`

/** What replies say, each given to one parser in reads of so many bytes. */
function parse(texts: readonly string[], readBytes: number): { ids: (string | undefined)[]; bodies: string[] } {
  const ids: (string | undefined)[] = []
  const bodies: string[] = []
  const parser = new ResponseParser()
  for (const text of texts) {
    let body = ''
    parser.begin({
      head: ({ headers }) => ids.push(headers.get('x-id')),
      body: (bytes, start, end) => (body += bytes.toString('latin1', start, end)),
    })
    for (let at = 0; at < text.length; at += readBytes) {
      const read = Buffer.from(text.slice(at, at + readBytes))
      parser.parse(read, 0, read.length)
    }
    expect(parser.complete).toBe(true)
    bodies.push(body)
  }
  return { ids, bodies }
}

test.each([1, 7, 40, 1000])('a head like the one before, or unlike it, in reads of %i bytes', (readBytes) => {
  const [a, b, none] = [reply('x-id: a\r\n'), reply('x-id: b\r\n'), reply('')]
  const { ids, bodies } = parse([a, a, b, b, a, none, none, b], readBytes)
  expect(ids).toEqual(['a', 'a', 'b', 'b', 'a', undefined, undefined, 'b'])
  expect(bodies).toEqual(Array(8).fill('abc'))
})

const bytes = (text: string): Buffer => Buffer.from(text)
const head = { version: '1.1', status: 200, reason: 'OK', headers: new Map(), last: '' } as const

test('a part of the head that is known is not it', () => {
  const heads = new KnownHeads()
  heads.learn(bytes('..head..'), 2, 6, head)
  expect(heads.find(bytes('head'), 0, 4)).toBe(head)
  expect(heads.find(bytes('hea'), 0, 3)).toBeNull()
  expect(heads.find(bytes('heap'), 0, 4)).toBeNull()
})

test('where each head is another none is remembered any more', () => {
  const heads = new KnownHeads()
  for (let reply = 0; reply < 200; reply++) heads.learn(bytes(`head ${reply}`), 0, 8, head)
  expect(heads.find(bytes('head 199'), 0, 8)).toBeNull()
})
