import { describe, expect, test } from 'vitest'
import { UserError } from '../errors.ts'
import { proxyNote, resolveAuth } from './auth.ts'

const url = 'http://host:8000/v1'
const first = 'first-key-0001'
const second = 'second+key/0002=='

describe('resolveAuth', () => {
  test.each([
    [{ SERVEMARK_API_KEY: first, OPENAI_API_KEY: second }, `Bearer ${first}`, 'auth: SERVEMARK_API_KEY -> host:8000'],
    [{ OPENAI_API_KEY: second }, `Bearer ${second}`, 'auth: OPENAI_API_KEY -> host:8000'],
    [
      { SERVEMARK_API_KEY: ' ', OPENAI_API_KEY: ` ${second}\n` },
      `Bearer ${second}`,
      'auth: OPENAI_API_KEY -> host:8000',
    ],
    [{}, undefined, null],
  ])('%o', (env, authorization, line) => {
    const auth = resolveAuth(env, {}, url)
    expect(auth.headers['authorization']).toBe(authorization)
    expect(auth.line).toBe(line)
  })

  test("the user's own authorization wins over the key", () => {
    expect(resolveAuth({ OPENAI_API_KEY: first }, { Authorization: 'Token x' }, url)).toEqual({
      headers: { authorization: 'Token x' },
      line: 'auth: --header authorization -> host:8000',
    })
  })

  test('another header goes beside the key', () => {
    const env = { OPENAI_API_KEY: first }
    expect(resolveAuth(env, { 'x-tenant': 'a' }, url).headers).toEqual({
      'x-tenant': 'a',
      authorization: `Bearer ${first}`,
    })
  })

  test('a header alone is named', () => {
    expect(resolveAuth({}, { 'API-Key': 'k' }, 'https://h/v1')).toEqual({
      headers: { 'api-key': 'k' },
      line: 'auth: --header api-key -> h',
    })
  })

  test('a key with a line break inside is refused and not repeated', () => {
    expect(() => resolveAuth({ OPENAI_API_KEY: 'abc\ndef' }, {}, url)).toThrow(
      new UserError('OPENAI_API_KEY holds a blank, a line break or a letter outside ASCII: no API key has that', 2),
    )
  })
})

test('a proxy is named but its address is not', () => {
  expect(proxyNote({})).toBeNull()
  expect(proxyNote({ HTTPS_PROXY: 'http://u:p@proxy', http_proxy: 'http://proxy' })).toBe(
    'http_proxy, HTTPS_PROXY: not used, connections go straight to the server',
  )
})
