import { expect, test } from 'vitest'
import { createRequestReader, type HttpRequest } from './http-request.ts'

function read(pieces: readonly (string | Buffer)[]): { requests: HttpRequest[]; continues: number } {
  const requests: HttpRequest[] = []
  let continues = 0
  const reader = createRequestReader(
    (request) => requests.push(request),
    () => continues++,
  )
  for (const piece of pieces) reader.feed(Buffer.from(piece))
  return { requests, continues }
}

const withLength = 'POST /a?b=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nhällo'
const inChunks = 'POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n'
const noBody = 'GET /d HTTP/1.1\r\n\r\n'

test('requests are the same at every split of their bytes', () => {
  const bytes = Buffer.from(withLength + inChunks + noBody)
  const whole = read([bytes]).requests
  expect(whole.map(({ path, body }) => [path, body])).toEqual([
    ['/a', 'hällo'],
    ['/c', 'abcde'],
    ['/d', ''],
  ])
  for (let at = 1; at < bytes.length; at++) {
    expect(read([bytes.subarray(0, at), bytes.subarray(at)]).requests).toEqual(whole)
  }
})

test('header names are read in lower case', () => {
  expect(read([withLength]).requests[0]?.headers.get('host')).toBe('x')
})

test('a client that waits for 100 Continue is told once', () => {
  const head = 'POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n'
  expect(read([head, 'a', 'b'])).toMatchObject({ continues: 1, requests: [{ body: 'ab' }] })
})

test('what is not HTTP throws', () => {
  expect(() => read(['nonsense\r\n\r\n'])).toThrow('not an HTTP/1.1 request')
})
