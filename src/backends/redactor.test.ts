import { describe, expect, test } from 'vitest'
import { createRedactor } from './redactor.ts'

const first = 'first-key-0001'
const second = 'second+key/0002=='

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
    ['http://user:pa/ss@host:8000/v1', 'http://[redacted]@host:8000/v1'],
    ['https://token@host/a', 'https://[redacted]@host/a'],
    ['http://host:8000/a@b and http://[::1]:80/v1', 'http://host:8000/a@b and http://[::1]:80/v1'],
    ['/v1?a=1&api-key=abc&max_tokens=5', '/v1?a=1&api-key=[redacted]&max_tokens=5'],
    ['https://blob/x?sv=1&sig=a%2Fb', 'https://blob/x?sv=1&sig=[redacted]'],
    ['cut: first-key-0...', 'cut: [redacted]...'],
    ['first-key holders', 'first-key holders'],
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
      ['--extra-body', '{"api_key": "abc", "max_tokens": 5, "n": [{"password":"x"}]}'],
      ['--extra-body', '{"api_key":"[redacted]","max_tokens":5,"n":[{"password":"[redacted]"}]}'],
    ],
    [['--extra-body={"token":"abc"}'], ['--extra-body={"token":"[redacted]"}']],
    [
      ['--server-args', '--api-key abc --seed 1'],
      ['--server-args', '--api-key [redacted] --seed 1'],
    ],
    [['--server-args=--api-key abc'], ['--server-args=--api-key [redacted]']],
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

  test('values by the names of their keys', () => {
    expect(
      redactor.value({
        api_key: 'a',
        apiKey: 'b',
        'x-token': ['c'],
        password: { old: 'd' },
        max_tokens: 5,
        tokenizer: 'gpt2',
        eos_token: '</s>',
        serverArgs: ['--api-key', 'e', '--seed', '1'],
      }),
    ).toEqual({
      api_key: '[redacted]',
      apiKey: '[redacted]',
      'x-token': ['[redacted]'],
      password: { old: '[redacted]' },
      max_tokens: 5,
      tokenizer: 'gpt2',
      eos_token: '</s>',
      serverArgs: ['--api-key', '[redacted]', '--seed', '1'],
    })
  })

  test('what bodies and command lines call secret is secret everywhere', () => {
    const given = [
      { api_key: 'body-key-1' },
      ['--api-key', 'line-key-1', '--token=line-key-2'],
      ['--x-secret one-word-key'],
    ]
    expect(createRedactor({}, {}, given).text('body-key-1 line-key-1 line-key-2 one-word-key --seed')).toBe(
      '[redacted] [redacted] [redacted] [redacted] --seed',
    )
  })

  test('bytes keep their length, and only known secrets go', () => {
    const bytes = (text: string) => redactor.bytes(new TextEncoder().encode(text))
    const shown = (text: string) => Buffer.from(bytes(text)).toString()
    expect(shown(`é ${first}, ${first} sk-abcdefghijklmnop1234`)).toBe(
      'é **************, ************** sk-abcdefghijklmnop1234',
    )
    const untouched = new TextEncoder().encode('acme')
    expect(redactor.bytes(untouched)).toBe(untouched)
  })

  test('a short value of a header is no secret', () => {
    expect(createRedactor({}, { 'x-stage': '1' }).text('1 of 12 failed')).toBe('1 of 12 failed')
  })
})
