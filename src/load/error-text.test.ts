import { expect, test } from 'vitest'
import { errorText } from './error-text.ts'

test.each([
  ['{"error":{"message":"queue full","code":503}}', 'queue full'],
  ['{"error":"overloaded"}', 'overloaded'],
  ['{"message":"no such model"}', 'no such model'],
  ['{"detail":"Not Found"}', 'Not Found'],
  ['{"detail":[{"msg":"bad"}]}', '{"detail":[{"msg":"bad"}]}'],
  ['<h1>\n  Bad Gateway\n</h1>', '<h1> Bad Gateway </h1>'],
  ['null', 'null'],
  ['', ''],
])('%s', (body, words) => {
  expect(errorText(body)).toBe(words)
})

test('control characters are shown, not sent', () => {
  expect(errorText('{"error":"\\u001b[2J\\u0000 gone"}')).toBe(String.raw`\x1B[2J\x00 gone`)
})

test('a long text is cut', () => {
  expect(errorText('x'.repeat(10_000))).toHaveLength(503)
})
