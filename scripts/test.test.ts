import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'servemark-test-'))
  mkdirSync(join(folder, 'bin'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const passed = `for word; do case "$word" in --outputFile.json=*) echo '{ "numPassedTests": 2 }' > "\${word#*=}";; esac; done`

/** The last lines and the exit code of the script, with programs that do what is said here. */
function run(programs: Readonly<Record<'oxlint' | 'oxfmt' | 'tsc' | 'vitest', string>>) {
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  }
  const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(new URL('test.ts', import.meta.url))], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}` },
  })
  return { status, lines: stdout.trimEnd().split('\n') }
}

test('all well: the count alone', () => {
  expect(run({ oxlint: '', oxfmt: '', tsc: '', vitest: passed })).toEqual({
    status: 0,
    lines: ['4 passed, 0 failed'],
  })
})

test('what failed beside the tests stands before the count', () => {
  const format = 'echo "Format issues found in above 3 files. Run"; exit 1'
  const { status, lines } = run({ oxlint: 'exit 1', oxfmt: format, tsc: 'exit 2', vitest: `${passed}; exit 1` })
  expect(lines.slice(-7)).toEqual([
    'lint: failed',
    'format: failed (3 files); mend it: npm run format',
    'types: failed in .',
    'types: failed in src/report/page',
    'unit: failed beside its tests, see above',
    'timing: failed beside its tests, see above',
    '4 passed, 1 failed',
  ])
  expect(status).toBe(1)
})
