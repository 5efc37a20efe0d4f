import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'servemark-bench-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What a program says that loads a bench file of this text, and its exit code. */
function load(text: string): { code: number | null; said: string } {
  const path = join(folder, `${process.hrtime.bigint()}.bench.ts`)
  writeFileSync(path, text)
  const url = (name: string) => JSON.stringify(new URL(name, import.meta.url).href)
  const program = `
    import { backends } from ${url('../backends/index.ts')}
    import { loadBench } from ${url('./load-bench.ts')}
    void loadBench('x', ${JSON.stringify(path)}, 'x.bench.ts', {}, backends).catch((error) => {
      console.error(error.message)
      process.exit(error.exitCode)
    })`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  })
  return { code: status, said: stderr }
}

const data = (extra: string) => `export default { model: 'm', backends: ['vllm'], ${extra} }`

test.each([
  ['leaves the process', 'process.exit(0)', 'x.bench.ts: ended while it was read'],
  ['waits for what never comes', 'await new Promise(() => {})', 'x.bench.ts: ended while it was read'],
  ['throws', 'throw new Error("no\\nway")', 'x.bench.ts: cannot be read: no'],
  ['has a getter that throws', data('get clients() { throw new Error("no") }'), 'x.bench.ts: cannot be read: no'],
  [
    'holds a big integer',
    data('extraBody: { a: 1n }'),
    'x.bench.ts: cannot be read: Do not know how to serialize a BigInt',
  ],
  [
    'holds a circle',
    `const a = {}; a.a = a; ${data('extraBody: a')}`,
    'x.bench.ts: cannot be read: Converting circular',
  ],
])('a file that %s: one line, exit code 2', (_, text, line) => {
  const { code, said } = load(text)
  expect(said.startsWith(line), said).toBe(true)
  expect(said).not.toContain('    at ')
  expect(code).toBe(2)
})
