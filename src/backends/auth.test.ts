import { describe, expect, test } from 'vitest'
import { UserError } from '../errors.ts'
import { createRedactor, proxyNote, resolveAuth } from './auth.ts'

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

describe('redaction', () => {
  const env = { SERVEMARK_API_KEY: first, HF_TOKEN: 'hugging-token-3', SHORT_TOKEN: '1', HOME: '/home/somebody' }
  const redactor = createRedactor(env, { authorization: `Bearer ${second}`, 'x-tenant': 'acme', 'user-agent': 'agent' })

  test.each([
    [`key ${first}.`, 'key [redacted].'],
    [`x${second}y`, 'x[redacted]y'],
    [`?key=${encodeURIComponent(second)}`, '?key=[redacted]'],
    ['hugging-token-3', '[redacted]'],
    ['authorization: Bearer other-key-9999', 'authorization: Bearer [redacted]'],
    ['sk-abcdefghijklmnop1234', '[redacted]'],
    ['hf_abcdefghijklmnop1234', '[redacted]'],
    ['tenant acme, not acmelike', 'tenant [redacted], not acmelike'],
    ['1 of 1 in /home/somebody by agent', '1 of 1 in /home/somebody by agent'],
    ['the bearer of news', 'the bearer of news'],
  ])('text %s', (input, output) => {
    expect(redactor.text(input)).toBe(output)
  })

  test('headers keep their names; only harmless values stay', () => {
    expect(
      redactor.headers({ Authorization: 'Bearer zzz', 'Content-Type': 'application/json', 'x-custom': 'v' }),
    ).toEqual({ Authorization: '[redacted]', 'Content-Type': 'application/json', 'x-custom': '[redacted]' })
  })

  test.each([
    [
      ['--openai_api_key', 'abc', '--clients', '4'],
      ['--openai_api_key', '[redacted]', '--clients', '4'],
    ],
    [
      ['--aml_api_key=abc', 'x'],
      ['--aml_api_key=[redacted]', 'x'],
    ],
    [
      ['--header', 'api-key: abc', 'accept: text/plain', '--seed', '1'],
      ['--header', 'api-key: [redacted]', 'accept: text/plain', '--seed', '1'],
    ],
    [['--header=authorization: Bearer q'], ['--header=authorization: [redacted]']],
    [
      ['--extra-body', `{"user":"${first}"}`],
      ['--extra-body', '{"user":"[redacted]"}'],
    ],
    [
      ['--tokenizer', 'gpt2', '--max-prompt-tokens', '4'],
      ['--tokenizer', 'gpt2', '--max-prompt-tokens', '4'],
    ],
    [
      ['--prompt-tokens', '128', '--model', 'm'],
      ['--prompt-tokens', '128', '--model', 'm'],
    ],
  ])('args %o', (input, output) => {
    expect(redactor.args(input)).toEqual(output)
  })

  test('plain data at any depth', () => {
    expect(redactor.value({ a: [`Bearer ${second}`, 3, null], b: { c: first } })).toEqual({
      a: ['Bearer [redacted]', 3, null],
      b: { c: '[redacted]' },
    })
  })
})
