import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readLogTail, tailOf } from './log-tail.ts'

function logWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'servemark-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'server.log')
  writeFileSync(path, content)
  return path
}

test('gives the last lines in order', () => {
  expect(readLogTail(logWith('a\nb\nc\n'), 2)).toEqual(['b', 'c'])
})

test('gives what there is when there are fewer', () => {
  expect(readLogTail(logWith('a'), 5)).toEqual(['a'])
})

test('passes over blank lines', () => {
  expect(tailOf('a\n\n  \nb\n', 2)).toEqual(['a', 'b'])
})

test('asked for none gives none', () => {
  expect(tailOf('a\n', 0)).toEqual([])
})

test('no such file is an empty log', () => {
  expect(readLogTail('/no/such/file', 3)).toEqual([])
})

test('begins where the server began', () => {
  expect(readLogTail(logWith('earlier\nnow\n'), 5, 8)).toEqual(['now'])
})

test('takes colours, bells and other control characters away', () => {
  expect(tailOf('\u001b[31mred\u001b[0m\u0007\tand\u0000 more\u009b', 1)).toEqual(['red  and more'])
})

test('shows of a progress bar what it last showed', () => {
  expect(tailOf('  1%\r 50%\r100% done\r\n', 1)).toEqual(['100% done'])
})

test('cuts lines that are very long', () => {
  const [line] = tailOf('x'.repeat(10_000), 1)
  expect(line).toHaveLength(401)
})

test('reads the end of a large log only, and no half line', () => {
  const lines = Array.from({ length: 50_000 }, (_, at) => `line ${at}`)
  const tail = readLogTail(logWith(`${lines.join('\n')}\n`), 50_000)
  expect(tail.at(-1)).toBe('line 49999')
  expect(tail.length).toBeLessThan(10_000)
  expect(lines).toContain(tail[0])
})
