import { expect, test } from 'vitest'
import { printable, printableLine } from './printable.ts'

test.each([
  ['\u001B[31mred', String.raw`\x1B[31mred`],
  ['\u0000\u0007\u007F\u009B', String.raw`\x00\x07\x7F\x9B`],
  ['over\rwritten', String.raw`over\x0Dwritten`],
  ['\u2028\u2029', String.raw`\u2028\u2029`],
  ['a\u202Eb\u2066c\u200Fd\u061C', String.raw`a\u202Eb\u2066c\u200Fd\u061C`],
  ['lines\n\tstay, é and 漢 and 😀 too', 'lines\n\tstay, é and 漢 and 😀 too'],
])('%j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('one line', () => {
  expect(printableLine(' a\r\n\t b\u001B ')).toBe(String.raw`a b\x1B`)
})
