import { expect, test } from 'vitest'
import { createStreamRedactor } from './redact-stream.ts'

function redact(secrets: readonly string[], pieces: readonly Buffer[]): string {
  const redactor = createStreamRedactor(secrets)
  return Buffer.concat([...pieces.map((piece) => redactor.push(piece)), redactor.end()]).toString('utf8')
}

test.each([
  ['one in a line', ['sk-secret'], "args: api_key='sk-secret' tp=1\n", "args: api_key='[redacted]' tp=1\n"],
  ['the longer of two that begin alike', ['abcdef', 'abcdefgh'], 'x abcdefgh abcdef y', 'x [redacted] [redacted] y'],
  ['one after its own beginning', ['ababac'], 'abababac', 'ab[redacted]'],
  ['one at the end', ['abcdef'], 'é abcdef', 'é [redacted]'],
  ['only the beginning of one', ['abcdef'], 'abcde', 'abcde'],
  ['letters of several bytes', ['schlüssel'], 'der schlüssel ist', 'der [redacted] ist'],
])('%s, cut anywhere', (_, secrets, text, expected) => {
  const bytes = Buffer.from(text)
  expect(redact(secrets, [bytes])).toBe(expected)
  expect(
    redact(
      secrets,
      [...bytes].map((byte) => Buffer.from([byte])),
    ),
  ).toBe(expected)
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(redact(secrets, [bytes.subarray(0, cut), bytes.subarray(cut)])).toBe(expected)
  }
})

test('what cannot be a secret is passed on at once', () => {
  const redactor = createStreamRedactor(['sk-secret'])
  expect(redactor.push(Buffer.from('ready\n')).toString()).toBe('ready\n')
  expect(redactor.push(Buffer.from('is sk-s')).toString()).toBe('is ')
  expect(redactor.push(Buffer.from('low\n')).toString()).toBe('sk-slow\n')
})
