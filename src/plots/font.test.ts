import { expect, test } from 'vitest'
import { measureText, wrapText } from './font.ts'

test('widths are those of DejaVu Sans: 2048 units an em, 1303 for a digit, 569 for an l', () => {
  expect(measureText('0', 2048)).toBe(1303)
  expect(measureText('lll', 2048)).toBe(3 * 569)
})

test('bold is wider', () => {
  expect(measureText('throughput', 12, 'bold')).toBeGreaterThan(measureText('throughput', 12))
})

test('characters beyond the first plane are measured as one', () => {
  expect(measureText('\u{1F600}', 2048)).toBeGreaterThan(0)
})

test('breaks at spaces first', () => {
  expect(wrapText('one two three', measureText('one two', 12), 12)).toEqual(['one two', 'three'])
})

test('breaks a long name after its separators, and else anywhere; nothing is lost', () => {
  const path = `/models/${'x'.repeat(200)}/Meta-Llama-3.1-8B.gguf`
  const lines = wrapText(path, 300, 16, 'bold')
  expect(lines.join('')).toBe(path)
  for (const line of lines) expect(measureText(line, 16, 'bold')).toBeLessThanOrEqual(300)
})
